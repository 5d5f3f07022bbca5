import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
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
