/** Work on a database file in a process of its own, which can be killed. */
import { existsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { checkInProcess, copyInProcess } from '../../src/database/sqlite/database-process.ts'
import { smallDisk, SMALL_DISKS } from '../support/small-disk.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ROWS = 2000
const migrations = [{ id: 'test-001', sql: 'create table notes (id integer primary key, words text not null) strict' }]

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let database: Database
let path: string
beforeEach(async () => {
  folder = await temporaryFolder()
  path = join(folder.path, 'notes.db')
  database = new Database(path, migrations)
  database.run(
    `insert into notes (words) with recursive numbers (at) as (select 1 union all select at + 1 from numbers
       where at < :rows) select 'note ' || at || hex(zeroblob(300)) from numbers`,
    { rows: ROWS },
  )
})
afterEach(async () => {
  database[Symbol.dispose]()
  await folder[Symbol.asyncDispose]()
})

const { signal } = new AbortController()

test('a sound file that is open here passes; a damaged one is an error', async () => {
  await checkInProcess(path, signal)
  database[Symbol.dispose]()
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(4096, 0xff), 0, 4096, 4096 * 20)
  await file.close()
  database = new Database(path, migrations)
  await expect(checkInProcess(path, signal)).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringContaining(path),
  })
})

test('a copy goes through statements, is private, and contains no deleted words', async () => {
  const to = join(folder.path, 'copy.db')
  await copyInProcess(path, { to, then: ['delete from notes where id > 1', 'vacuum'] }, signal)
  expect(statSync(to).mode & 0o777).toBe(0o600)
  expect(statSync(to).size).toBeLessThan(30_000)
  expect(existsSync(`${to}-wal`) || existsSync(`${to}-journal`)).toBe(false)
  using copied = new Database(to, migrations)
  expect(copied.all('select id from notes').map(row => ({ ...row }))).toEqual([{ id: 1 }])
  expect(database.get<{ count: number }>('select count(*) count from notes')?.count).toBe(ROWS)
})

test('a copy that would replace a file is refused', async () => {
  await expect(copyInProcess(path, { to: path, then: [] }, signal)).rejects.toThrow()
  expect(database.get<{ count: number }>('select count(*) count from notes')?.count).toBe(ROWS)
})

test('when it is called off, the process is gone before that is said', async () => {
  const to = join(folder.path, 'copy.db')
  const stop = new AbortController()
  const endless = `create table endless as with recursive numbers (at) as (select 1 union all select at + 1 from numbers)
    select count(*) from numbers`
  const copying = copyInProcess(path, { to, then: [endless] }, stop.signal)
  while (!existsSync(to)) await new Promise(resolve => setImmediate(resolve))
  stop.abort(new Error('enough'))
  await expect(copying).rejects.toThrow('enough')
  // No lock is left behind: the log can be emptied.
  expect(database.scrub()).toBe(true)
  await expect(checkInProcess(path, AbortSignal.abort(new Error('not at all')))).rejects.toThrow('not at all')
})

;(SMALL_DISKS ? test : test.skip)('a full disk is said of the copy, and not of what is copied', async () => {
  await using disk = await smallDisk(64 * 1024)
  const to = join(disk.path, 'copy.db')
  await expect(copyInProcess(path, { to, then: [] }, signal)).rejects.toMatchObject({
    code: 'unavailable',
    message: `the disk is full: ${to} cannot be written`,
  })
})
