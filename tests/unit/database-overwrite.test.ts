import { expect, test } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Database } from '../../src/database/sqlite/database.ts'
import { deleteInBatches, overwriteInBatches } from '../../src/database/sqlite/in-batches.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const MIGRATIONS = [{ id: 'test-001', sql: 'create table words (id integer primary key, text text, name text) strict' }]

test('overwritten texts are blank, as long as before, and what was null stays null', async () => {
  using database = new Database(':memory:', MIGRATIONS)
  database.run(`insert into words values (1, 'שלום', null), (2, 'kept', 'Ana'), (3, '', 'Ben')`)
  await overwriteInBatches(database, { table: 'words', columns: ['text', 'name'], where: 'id <> :kept' }, { kept: 2 })
  expect(database.all('select text, name from words order by id').map(row => ({ ...row }))).toEqual([
    { text: ' '.repeat(8), name: null },
    { text: 'kept', name: 'Ana' },
    { text: '', name: '   ' },
  ])
})

test('rows of every size that are overwritten and deleted leave no trace in the file', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'test.db')
  const where = 'id % 7 <> 0'
  {
    using database = new Database(path, MIGRATIONS)
    database.transaction(() => {
      for (let id = 1; id <= 3000; id++) {
        const name = 'n'.repeat((id * 31) % 90)
        database.run('insert into words values (:id, :text, :name)', {
          id,
          name,
          text: id % 7 === 0 ? 'kept' : 'secret',
        })
      }
    })
    await overwriteInBatches(database, { table: 'words', columns: ['text'], where }, {})
    expect(await deleteInBatches(database, 'words', where, {})).toBe(2572)
    database.scrub()
  }
  const file = await readFile(path, 'latin1')
  expect(file).not.toContain('secret')
  expect(file).toContain('kept')
})

test('a scrub does not wait for a reader such as a backup; the first transaction after it finishes the scrub', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'test.db')
  using database = new Database(path, MIGRATIONS)
  database.run("insert into words values (1, 'secret', null)")
  const reader = new DatabaseSync(path, { readOnly: true })
  reader.exec('begin')
  reader.prepare('select * from words').all()
  database.run('delete from words')
  expect(database.scrub()).toBe(false)
  // Others are waited for as before.
  expect(database.get('pragma busy_timeout')).toMatchObject({ timeout: 5000 })
  expect(await readFile(`${path}-wal`, 'latin1')).toContain('secret')
  reader.close()
  database.transaction(() => database.run("insert into words values (2, 'kept', null)"))
  expect(await readFile(`${path}-wal`, 'latin1')).not.toContain('secret')
  expect(await readFile(path, 'latin1')).not.toContain('secret')
})
