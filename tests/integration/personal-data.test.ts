import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { allMigrations, type Stores } from '../../src/app/stores.ts'
import { openStores } from '../support/stores.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { archiveMigrations } from '../../src/archive/sqlite/archive-migrations.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { indexMigrations } from '../../src/retrieval/sqlite/index-migrations.ts'
import { vectorMigrations } from '../../src/vectors/sqlite/vector-migrations.ts'
import { createSqliteFullTextIndex } from '../../src/retrieval/sqlite/sqlite-full-text-index.ts'
import { TestDenidin } from '../support/denidin.ts'

let denidin: TestDenidin
let stores: Stores

beforeEach(async () => {
  denidin = await TestDenidin.start()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** Tables that hold a person or a scope, by their columns. */
const personalTables = (migrations: ConstructorParameters<typeof Database>[1]): string[] => {
  using database = new Database(':memory:', migrations)
  return database
    .all<{ name: string }>("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .map(({ name }) => name)
    .filter(name =>
      database
        .all<{ name: string }>(`select name from pragma_table_info('${name}')`)
        .some(column => ['person_id', 'scope'].includes(column.name)),
    )
}

/** Tables of the people themselves: merging is what happens in them. */
const OF_PEOPLE = new Set(['persons', 'identities', 'former_identities', 'merges'])

test('every table with a person or a scope belongs to a store that can merge it', async () => {
  await denidin.close()
  stores = openStores(denidin.settings(), surroundings(denidin.settings(), denidin.log))
  const owned = new Set(stores.personalData.flatMap(store => store.tables))
  stores[Symbol.dispose]()
  expect(personalTables(allMigrations).filter(name => !OF_PEOPLE.has(name) && !owned.has(name))).toEqual([])
  // The vector store joins the list where long-term memory is wired.
  expect(personalTables(vectorMigrations)).toEqual(expect.arrayContaining(['vectors']))
  // So does the archive.
  expect(personalTables(archiveMigrations)).toEqual(['archive_messages'])
  // So does the full-text index.
  using index = new Database(':memory:', indexMigrations)
  expect(personalTables(indexMigrations)).toEqual(createSqliteFullTextIndex(index).tables)
})

test('a merge moves everything: messages, session, memories and vectors, and recall finds them', async () => {
  const lid = { kind: 'lid', value: '77700011' } as const
  const chat_id = '77700011@lid'
  const say = async (text: string, identities: readonly { kind: 'lid' | 'phone'; value: string }[]): Promise<void> => {
    await denidin.channel.deliver({ text, chat_id, sender: { identities } })
    await denidin.app.conversation.whenIdle(chat_id)
  }
  await denidin.say('hello from my phone', { phone: '15550007777' })
  await say('my boat is called Marlin', [lid])
  await say('/reset', [lid])
  await say('what is my boat called?', [lid, { kind: 'phone', value: '15550007777' }])
  await denidin.app.memory.whenIdle()
  await denidin.say('tell me what my boat is called', { phone: '15550007777' })
  expect(denidin.lastRequest()).toMatch(/^- .*my boat is called Marlin/m)
  const person = await denidin.app.people.lookUp('15550007777')
  expect(person?.identities).toHaveLength(2)
  const memories = await denidin.app.memory.list('all', { limit: 10 })
  expect(memories.map(memory => memory.scope)).toEqual([`person:${person?.person_id ?? ''}`])
})
