/** The archive in the app: opened by the first request alone, it copies conversations, and forgets what is forgotten. */
import { existsSync } from 'node:fs'
import { copyFile, readdir, rm, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { allMigrations } from '../../src/app/stores.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { archiveMigrations } from '../../src/archive/sqlite/archive-migrations.ts'
import type { Caller } from '../../src/operations/operation.ts'
import { TestDenidin } from '../support/denidin.ts'
import { residueIn } from '../support/residue.ts'

const operator: Caller = { transport: 'cli', level: 'operator' }

let denidin: TestDenidin
beforeEach(async () => {
  denidin = await TestDenidin.start()
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const counts = async () => await denidin.app.archive.current.request('archive.counts', undefined)

/** The rows of the copy, in their order. Closes the app. */
const rows = async (columns: string): Promise<readonly object[]> => {
  await counts()
  await denidin.close()
  using database = new Database(denidin.data('archive.db'), archiveMigrations)
  return database
    .all(`select ${columns} from archive_messages left join archive_sessions using (session_no) order by seq`)
    .map(row => ({ ...row }))
}

test('a conversation neither opens the archive nor makes its file, and a backup knows it', async () => {
  await denidin.say('hello')
  await denidin.restart()
  expect(existsSync(denidin.data('archive.db'))).toBe(false)
  const source = denidin.app.modules.backupSources.find(({ name }) => name === 'archive')
  expect(source).toMatchObject({ path: denidin.data('archive.db'), kind: 'sqlite', content: 'truth' })
})

test('the archive has what was said, with role, scope, person, chat and session, but no commands', async () => {
  await denidin.say('my dog is called Rex', { name: 'Dana' })
  await denidin.say('/help')
  expect(await counts()).toMatchObject({ messages: 2, sessions: 1, runs: 0 })
  await denidin.say('he is old', { name: 'Dana' })
  const copied = await rows('content, role, scope, person_id, chat_id, source_type, sender_name, session_id')
  expect(copied).toHaveLength(4)
  const [first, reply] = copied
  expect(first).toEqual({
    content: 'my dog is called Rex',
    role: 'user',
    scope: expect.stringMatching(/^person:/),
    person_id: expect.any(String),
    chat_id: '15550001111@c.us',
    source_type: 'denidin',
    sender_name: 'Dana',
    session_id: expect.any(String),
  })
  expect(reply).toMatchObject({ role: 'assistant', session_id: (first as { session_id: string }).session_id })
})

test('after many messages the copy of an archive that is in use is brought up to date by itself', async () => {
  await denidin.say('my dog is called Rex')
  expect(await counts()).toMatchObject({ messages: 2 })
  await denidin.say('he is old')
  for (let heard = 0; heard < 500; heard++) denidin.app.archive.follower.heard()
  await denidin.close()
  using database = new Database(denidin.data('archive.db'), archiveMigrations)
  expect(database.get('select count(*) n from archive_messages')).toEqual({ n: 4 })
})

test('an edit and a deletion reach the copy', async () => {
  const one = await denidin.channel.deliver({ text: 'the key is under the mat', chat_id: '15550001111@c.us' })
  await denidin.app.conversation.whenIdle('15550001111@c.us')
  expect(await counts()).toMatchObject({ messages: 2 })
  await denidin.channel.events.edited({ message_id: one.message_id, text: 'the key is at the neighbours' })
  await counts()
  const words = { words: ['under the mat'] }
  expect(await residueIn([denidin.data()], words)).not.toContain(denidin.data('archive.db'))
  await denidin.channel.events.deleted(one.message_id)
  await counts()
  expect(await rows('content')).not.toContainEqual({ content: 'the key is at the neighbours' })
})

test('what is forgotten leaves no byte in the archive, and what others said stays', async () => {
  await denidin.say('the treasure is beneath Zanzibar')
  await denidin.say('my boat is the Marlin', { phone: '15550002222' })
  await counts()
  await denidin.say('and the map is in Quetzalcoatl')
  expect(await residueIn([denidin.data()], { words: ['Zanzibar'] })).toContain(denidin.data('archive.db-wal'))
  const forgotten = await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: '15550001111' },
    { caller: operator, confirmed: true },
  )
  expect(forgotten).toMatchObject({ residue: 0 })
  expect(await residueIn([denidin.data()], { words: ['Zanzibar', 'Quetzalcoatl'] })).toEqual([])
  expect(await rows('content')).toContainEqual({ content: 'my boat is the Marlin' })
  expect(await residueIn([denidin.data()], { words: ['Zanzibar', 'Quetzalcoatl'] })).toEqual([])
})

test('one forgotten message is gone from the copy at once', async () => {
  await denidin.say('my locker has the code Wintergreen')
  await counts()
  await denidin.say('/forget last')
  expect(await residueIn([denidin.data()], { words: ['Wintergreen'] })).toEqual([])
})

test('a damaged archive is shown in the status, with what to do, and the bot goes on', async () => {
  await writeFile(denidin.data('archive.db'), 'no database '.repeat(1000))
  await expect(counts()).rejects.toMatchObject({ code: 'damaged' })
  const { parts } = await denidin.app.runner.run('health', {}, { caller: operator })
  expect(parts).toContainEqual({
    name: 'archive',
    state: 'down',
    detail: expect.stringMatching(/archive\.db is damaged \(.*\)\. Stop DeniDin and put back a backup of this file/),
  })
  expect(await denidin.say('hello')).not.toBe('')
})

test('an erasure without an archive makes none', async () => {
  await denidin.say('the treasure is beneath Zanzibar')
  await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: '15550001111' },
    { caller: operator, confirmed: true },
  )
  expect(existsSync(denidin.data('archive.db'))).toBe(false)
})

test('a copy of the archive that a rebuild makes holds no words of conversations', async () => {
  await denidin.say('the treasure is beneath Zanzibar')
  await counts()
  const { path } = await denidin.app.runner.run('archive.reindex', {}, { caller: operator })
  expect(existsSync(String(path))).toBe(true)
  expect(await residueIn([denidin.data()], { words: ['Zanzibar'] })).not.toContain(path)
  await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: '15550001111' },
    { caller: operator, confirmed: true },
  )
  expect(await residueIn([denidin.data()], { words: ['Zanzibar'] })).toEqual([])
  expect((await readdir(denidin.data())).filter(name => name.endsWith('.backup.db'))).toHaveLength(1)
})

test('a copy that a crash left unfinished is removed when the archive is opened', async () => {
  await denidin.say('the treasure is beneath Zanzibar')
  await counts()
  await denidin.close()
  await copyFile(denidin.data('archive.db'), denidin.data('archive.db.unfinished'))
  await denidin.open()
  await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: '15550001111' },
    { caller: operator, confirmed: true },
  )
  expect(await residueIn([denidin.data()], { words: ['Zanzibar'] })).toEqual([])
})

test('two persons who become one are one in the copy', async () => {
  await denidin.say('hello from one', { phone: '15550001111' })
  await denidin.say('hello from the other', { phone: '15550002222' })
  await counts()
  await denidin.app.runner.run(
    'people.merge',
    { person: '15550001111', other: '15550002222' },
    { caller: operator, confirmed: true },
  )
  expect(new Set((await rows('person_id, scope')).map(row => JSON.stringify(row))).size).toBe(1)
})

test('with memory off nothing is copied; what was copied before is still forgotten', async () => {
  await denidin.say('the treasure is beneath Zanzibar')
  expect(await counts()).toMatchObject({ messages: 2 })
  await denidin.restart({ feature_flags: { enable_memory_system: false } })
  await denidin.say('the map is in Quetzalcoatl')
  expect(await counts()).toMatchObject({ messages: 2 })
  await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: '15550001111' },
    { caller: operator, confirmed: true },
  )
  expect(await counts()).toMatchObject({ messages: 0 })
  expect(await residueIn([denidin.data()], { words: ['Zanzibar'] })).toEqual([])
})

test('an older archive that is put back is filled again, without what was forgotten meanwhile', async () => {
  await denidin.say('the treasure is beneath Zanzibar')
  await counts()
  await denidin.close()
  await copyFile(denidin.data('archive.db'), denidin.data('older'))
  await denidin.open()
  await denidin.say('my boat is the Marlin', { phone: '15550002222' })
  await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: '15550001111' },
    { caller: operator, confirmed: true },
  )
  await counts()
  await denidin.close()
  await copyFile(denidin.data('older'), denidin.data('archive.db'))
  await denidin.open()
  const contents = (await rows('content')).map(row => (row as { content: string }).content)
  expect(contents).toContain('my boat is the Marlin')
  expect(contents.join()).not.toContain('Zanzibar')
})

test('an archive that was removed does not hold back the change log, and a new one has everything', async () => {
  await denidin.say('my dog is called Rex')
  await counts()
  await denidin.close()
  for (const file of (await readdir(denidin.data())).filter(name => name.startsWith('archive'))) {
    await rm(denidin.data(file))
  }
  await denidin.open()
  await denidin.say('he is old')
  for (let heard = 0; heard < 500; heard++) denidin.app.archive.follower.heard()
  await denidin.close()
  using database = new Database(denidin.data('denidin.db'), allMigrations)
  const kept = `select count(*) n from message_changes where change > (select up_to from change_cursors where name = 'archive')`
  expect(database.get(kept)).toEqual({ n: 0 })
  await denidin.open()
  expect(await counts()).toMatchObject({ messages: 4 })
})
