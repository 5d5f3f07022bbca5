import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Database, type FaultListener } from '../../src/database/sqlite/database.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const cleanup = cleanUpAfterEach()
const migrations = [{ id: 'test-001', sql: 'create table words (word text primary key) strict' }]
const FULL = 2

describe('a transaction that does not wait for the disk', () => {
  test('is seen by another connection, and the next one waits again', async () => {
    const path = join(await cleanup.folder(), 'words.db')
    using database = new Database(path, migrations)
    const added = database.unflushed(() => database.run(`insert into words values ('rex')`))
    using other = new Database(path, migrations)
    expect(added).toBe(1)
    expect(other.all('select word from words')).toEqual([{ word: 'rex' }])
    expect(database.get('pragma synchronous')).toEqual({ synchronous: FULL })
  })

  test('is undone whole when it fails, and the next one waits again', async () => {
    using database = new Database(join(await cleanup.folder(), 'words.db'), migrations)
    const fails = (): void => {
      database.unflushed(() => {
        database.run(`insert into words values ('rex')`)
        throw new Error('no')
      })
    }
    expect(fails).toThrow('no')
    expect(database.all('select word from words')).toEqual([])
    expect(database.get('pragma synchronous')).toEqual({ synchronous: FULL })
  })
})

describe('a transaction that waits for the disk without blocking', () => {
  const insertRex = (database: Database): number => database.run(`insert into words values ('rex')`)

  test('is complete when the call returns, and the next transaction blocks again', async () => {
    using database = new Database(join(await cleanup.folder(), 'words.db'), migrations)
    const durable = database.durably(() => insertRex(database))
    expect(database.all('select word from words')).toEqual([{ word: 'rex' }])
    expect(database.get('pragma synchronous')).toEqual({ synchronous: FULL })
    expect(await durable).toBe(1)
  })

  test('is undone whole when it fails', async () => {
    using database = new Database(join(await cleanup.folder(), 'words.db'), migrations)
    const failing = database.durably(() => {
      insertRex(database)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(database.all('select word from words')).toEqual([])
  })

  test('rejects when the log cannot be flushed, and the fault is reported', async () => {
    const path = join(await cleanup.folder(), 'words.db')
    using database = new Database(path, migrations)
    const faults: string[] = []
    const listener: FaultListener = {
      failed: ({ message }) => faults.push(message),
      written: () => undefined,
    }
    database.listen(listener)
    rmSync(`${path}-wal`)
    await expect(database.durably(() => insertRex(database))).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    expect(faults).toEqual([expect.stringContaining(path)])
  })

  test('resolves for all who wait at the same time, even if the database is closed meanwhile', async () => {
    const path = join(await cleanup.folder(), 'words.db')
    const database = new Database(path, migrations)
    const add = (n: number) => database.durably(() => database.run('insert into words values (:n)', { n: String(n) }))
    await Promise.all([1, 2, 3].map(add))
    const waiting = [4, 5, 6].map(add)
    database[Symbol.dispose]()
    expect(await Promise.all(waiting)).toEqual([1, 1, 1])
    using again = new Database(path, migrations)
    expect(again.all('select word from words order by word')).toHaveLength(6)
  })

  test('works in a new file, and in memory', async () => {
    const path = join(await cleanup.folder(), 'words.db')
    using database = new Database(path, migrations)
    await database.durably(() => insertRex(database))
    database.renew(files => {
      for (const file of files) rmSync(file, { force: true })
    })
    expect(await database.durably(() => insertRex(database))).toBe(1)
    using inMemory = new Database(':memory:', migrations)
    expect(await inMemory.durably(() => insertRex(inMemory))).toBe(1)
  })
})
