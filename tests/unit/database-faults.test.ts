// Faults of database files while they are in use: a disk that is full, pages that turn bad.
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { Database } from '../../src/database/sqlite/database.ts'
import { DerivedDatabase } from '../../src/database/sqlite/derived-database.ts'
import { DatabaseHealth, openTruthDatabase } from '../../src/database/sqlite/truth-database.ts'
import { yieldToEventLoop } from '../../src/platform/yield.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog } from '../support/memory-log.ts'
import { smallDisk, SMALL_DISKS } from '../support/small-disk.ts'

const cleanup = cleanUpAfterEach()
const migrations = [
  {
    id: 'test-001',
    sql: 'create table names (name text) strict; create table words (word text primary key, more blob) strict',
  },
]
const MEGABYTE = 2 ** 20

/** More than SQLite keeps in memory. */
const fill = (database: Database): void => {
  database.transaction(() => {
    for (let n = 0; n < 2000; n++) {
      database.run('insert into words (word, more) values (:word, zeroblob(3000))', { word: `word ${String(n)}` })
    }
  })
  database.scrub()
}

/** Overwrites the second half of a file, as a failing disk does. */
const spoil = (path: string): void => {
  const file = openSync(path, 'r+')
  const { size } = statSync(path)
  writeSync(file, Buffer.alloc(Math.floor(size / 2), 0xa5), 0, undefined, Math.floor(size / 8192) * 4096)
  closeSync(file)
}

const countAll = (database: Database): unknown =>
  database.get('select count(*) as n, max(length(more)) as most from words')

const onSmallDisk = SMALL_DISKS ? test : test.skip
onSmallDisk('a full disk is reported as such, and over as soon as there is room', async () => {
  const disk = cleanup.keep(await smallDisk(4 * MEGABYTE))
  using database = openTruthDatabase(join(disk.path, 'denidin.db'), migrations)
  const health = new DatabaseHealth('database', database, 'Messages are answered again once this is mended')
  writeFileSync(join(disk.path, 'other'), Buffer.alloc(3 * MEGABYTE))
  const add = (word: string): void => {
    database.run('insert into words (word, more) values (:word, zeroblob(1000000))', { word })
  }
  const fault = {
    code: 'unavailable',
    retryable: true,
    message: expect.stringMatching(/the disk .*full.*denidin\.db|denidin\.db.*full/),
  }
  expect(() => {
    for (const word of ['a', 'b', 'c', 'd', 'e']) add(word)
  }).toThrow(expect.objectContaining(fault))
  // Not even a few bytes can be written, or they can: the health says what holds.
  writeFileSync(join(disk.path, 'rest'), '')
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk.path, 'rest')}`, 'bs=4096'])
  expect(() => {
    add('f')
  }).toThrow(expect.objectContaining(fault))
  expect(await health.health()).toMatchObject({ state: 'down', detail: expect.stringContaining('full') })
  await rm(join(disk.path, 'other'))
  await rm(join(disk.path, 'rest'))
  expect(await health.health()).toMatchObject({ state: 'ok' })
  add('g')
  expect(database.get('pragma quick_check')).toEqual({ quick_check: 'ok' })
})

test('a main database that turns bad is down until it is replaced, and names what to do', async () => {
  const path = join(await cleanup.folder(), 'denidin.db')
  using database = openTruthDatabase(path, migrations)
  const health = new DatabaseHealth('database', database, 'Messages are answered again once this is mended')
  fill(database)
  expect(await health.health()).toMatchObject({ state: 'ok' })
  spoil(path)
  expect(() => countAll(database)).toThrow(expect.objectContaining({ code: 'damaged' }))
  expect(await health.health()).toMatchObject({
    state: 'down',
    detail: expect.stringMatching(/denidin\.db is damaged .*put back a backup/),
  })
  // A write elsewhere in the file does not make it whole.
  database.run("insert into names (name) values ('Tom')")
  expect(await health.health()).toMatchObject({ state: 'down' })
})

test('a derived database that turns bad while it is used is begun anew, and its followers hear of it', async () => {
  const folder = await cleanup.folder()
  const log = memoryLog()
  using derived = new DerivedDatabase({
    path: join(folder, 'index.db'),
    name: 'full-text index',
    migrations,
    rebuilt: 'from the messages',
    prepare: (database, isNew) => {
      if (isNew) database.run("insert into words (word) values ('first')")
    },
    clock: new FakeClock(),
    logger: log,
  })
  const { database } = derived
  fill(database)
  spoil(join(folder, 'index.db'))
  const renewed = Promise.withResolvers<undefined>()
  derived.onRenewed(() => {
    renewed.resolve(undefined)
  })
  expect(() => database.transaction(() => countAll(database))).toThrow(expect.objectContaining({ code: 'damaged' }))
  await renewed.promise
  expect(database.all('select word from words')).toEqual([{ word: 'first' }])
  fill(database)
  expect(await derived.health()).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/set aside as .*index\.db\.damaged-.*rebuilt from the messages/),
  })
  expect(readdirSync(folder).some(name => name.startsWith('index.db.damaged-'))).toBe(true)
  expect(log.lines.filter(line => line.level === 'error')).toHaveLength(1)
})

test('a derived database that starts over leaves no file of the old one, also after a crash in the middle', async () => {
  const folder = await cleanup.folder()
  const path = join(folder, 'index.db')
  const deps = {
    path,
    name: 'full-text index',
    migrations,
    rebuilt: 'from the messages',
    clock: new FakeClock(),
    logger: memoryLog(),
  }
  // What a crash left.
  writeFileSync(`${path}.removed`, 'words')
  using derived = new DerivedDatabase(deps)
  expect(readdirSync(folder).filter(name => name.endsWith('.removed'))).toEqual([])
  fill(derived.database)
  derived.startOver({ state: 'ok', detail: 'As was asked.' })
  expect(countAll(derived.database)).toMatchObject({ n: 0 })
  while (readdirSync(folder).some(name => name.endsWith('.removed'))) await yieldToEventLoop()
  expect(deps.logger.lines.filter(line => line.level === 'error')).toEqual([])
})

test('a derived database that cannot start over goes on with what it has', async () => {
  const folder = await cleanup.folder()
  const path = join(folder, 'index.db')
  const refusals = [new Error('the disk is full')]
  using derived = new DerivedDatabase({
    path,
    name: 'full-text index',
    migrations,
    rebuilt: 'from the messages',
    prepare: (_, isNew) => {
      const refusal = isNew && existsSync(`${path}.removed`) ? refusals.pop() : undefined
      if (refusal !== undefined) throw refusal
    },
    clock: new FakeClock(),
    logger: memoryLog(),
  })
  let renewals = 0
  derived.onRenewed(() => renewals++)
  fill(derived.database)
  const before = countAll(derived.database)
  expect(() => {
    derived.startOver({ state: 'ok', detail: 'As was asked.' })
  }).toThrow('the disk is full')
  expect(countAll(derived.database)).toEqual(before)
  expect([renewals, readdirSync(folder).filter(name => name.endsWith('.removed'))]).toEqual([0, []])
  expect((await derived.health()).detail).not.toBe('As was asked.')
  derived.startOver({ state: 'ok', detail: 'As was asked.' })
  expect([renewals, countAll(derived.database)]).toMatchObject([1, { n: 0 }])
})

test('a rule of the tables that is broken is not a fault of the file', async () => {
  using database = openTruthDatabase(join(await cleanup.folder(), 'denidin.db'), migrations)
  const health = new DatabaseHealth('database', database, 'Messages are answered again once this is mended')
  database.run("insert into words (word) values ('a')")
  expect(() => database.run("insert into words (word) values ('a')")).toThrow(/UNIQUE constraint failed/)
  expect(await health.health()).toMatchObject({ state: 'ok' })
})
