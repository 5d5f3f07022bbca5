import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Database, type FaultListener } from '../../src/database/sqlite/database.ts'
import { LogFlush } from '../../src/database/sqlite/log-flush.ts'
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

describe('a transaction whose flush no one waits for', () => {
  const add = (database: Database, word: string): number => database.run('insert into words values (:word)', { word })

  test('is complete when the call returns, and on the disk once the flush is waited for', async () => {
    const path = join(await cleanup.folder(), 'words.db')
    using database = new Database(path, migrations)
    expect(database.flushedSoon(() => add(database, 'rex'))).toBe(1)
    expect(database.all('select word from words')).toEqual([{ word: 'rex' }])
    await database.flushed()
    expect(database.get('pragma synchronous')).toEqual({ synchronous: FULL })
  })

  test('is undone whole when it fails', async () => {
    using database = new Database(join(await cleanup.folder(), 'words.db'), migrations)
    const failing = (): number =>
      database.flushedSoon(() => {
        add(database, 'rex')
        throw new Error('no')
      })
    expect(failing).toThrow('no')
    expect(database.all('select word from words')).toEqual([])
  })

  test('reports a failing disk to the listener, and to everyone who relies on the disk afterwards', async () => {
    const path = join(await cleanup.folder(), 'words.db')
    using database = new Database(path, migrations)
    const faults: string[] = []
    database.listen({ failed: ({ message }) => faults.push(message), written: () => undefined })
    rmSync(`${path}-wal`)
    database.flushedSoon(() => add(database, 'rex'))
    const refused = { code: 'unavailable', retryable: true }
    await expect(database.flushed()).rejects.toMatchObject(refused)
    await expect(database.flushed()).rejects.toMatchObject(refused)
    expect(new Set(faults)).toEqual(new Set([expect.stringContaining(path)]))
  })

  test('is covered by a flush that began after it, and by none that began before', async () => {
    const path = join(await cleanup.folder(), 'words.log')
    writeFileSync(path, '')
    using log = new LogFlush(path)
    await log.flush()
    log.written()
    const covering = log.flush()
    // Nothing was written since: the same flush is waited for.
    const joined = log.flush()
    await Promise.resolve()
    log.written()
    const later = log.flush()
    const order: string[] = []
    await Promise.all([
      later.then(() => order.push('later')),
      joined.then(() => order.push('joined')),
      covering.then(() => order.push('covering')),
    ])
    expect(order.at(-1)).toBe('later')
    expect(order.toSorted()).toEqual(['covering', 'joined', 'later'])
  })

  test('has nothing to wait for in memory', async () => {
    using database = new Database(':memory:', migrations)
    database.flushedSoon(() => add(database, 'rex'))
    await expect(database.flushed()).resolves.toBeUndefined()
  })
})
