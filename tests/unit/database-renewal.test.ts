// A database that could not be begun anew is tried again, and can be closed.
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const cleanUp = cleanUpAfterEach()

test('after a renewal that failed the next one works', async () => {
  const folder = await cleanUp.folder()
  const database = new Database(join(folder, 'index.db'), [{ id: 't-001', sql: 'create table t (a integer) strict' }])
  const full = (): void => {
    throw new Error('no space left on device')
  }
  expect(() => database.renew(full)).toThrow('no space')
  expect(() => database.renew(full)).toThrow('no space')
  database.renew(() => undefined)
  expect(database.get('select count(*) as n from t', {})).toEqual({ n: 0 })
  database[Symbol.dispose]()
})
