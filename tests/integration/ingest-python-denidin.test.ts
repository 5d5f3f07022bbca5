/** The data folder of a Python DeniDin through the whole app: its conversations and memories are recalled afterwards. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { ChromaClient } from 'chromadb'
import type { Caller } from '../../src/operations/operation.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createManagedChromaServer } from '../../src/vectors/chroma/managed-chroma-server.ts'
import { TestDenidin } from '../support/denidin.ts'
import { writeSession } from '../support/python-denidin/python-folder.ts'

const operator: Caller = { transport: 'cli', level: 'operator' }
const ANA = '15550001111@c.us'
const BEN = '15550002222@c.us'
const GROUP = '120363000000000001@g.us'

let denidin: TestDenidin
let old: string
beforeEach(async () => {
  denidin = await TestDenidin.start({ time_zone: 'UTC' })
  old = join(denidin.folder, 'python')
  mkdirSync(join(old, 'sessions'), { recursive: true })
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

type Report = Readonly<Record<string, unknown>>

const run = async (name: string, input: object): Promise<Report> =>
  await denidin.app.runner.run(name, input, { caller: operator, confirmed: true })

const load = async (input: object = {}): Promise<Report> => await run('ingest.denidin', { folder: old, ...input })

/** Writes a long-term memory as the Python DeniDin did, with a real Chroma. */
const writeMemories = async (write: (client: ChromaClient) => Promise<void>): Promise<void> => {
  const deps = { clock: systemClock, ids: systemIds, logger: silentLogger }
  await using server = createManagedChromaServer({ folder: join(old, 'memory'), ...deps })
  const { client } = await server.connect()
  await write(client)
}

/** Adds one document to a collection. */
const remember = async (
  client: ChromaClient,
  collection: string,
  id: string,
  text: string,
  metadata: Record<string, string | boolean>,
): Promise<void> => {
  const target = await client.getOrCreateCollection({ name: collection, embeddingFunction: null })
  await target.add({ ids: [id], documents: [text], embeddings: [[1, 0, 0]], metadatas: [metadata] })
}

const boat = (): void => {
  writeSession(old, {
    id: 's1',
    chat: ANA,
    under: 'expired/2026-01-20',
    messages: [
      { role: 'user', content: 'My sailing boat is called Marlin' },
      { role: 'assistant', content: 'What a lovely name for a boat!' },
    ],
  })
  writeSession(old, { id: 's2', chat: ANA, messages: [{ role: 'user', content: 'The harbour is in Jaffa' }] })
}

test('conversations are recalled by the same number, by no one else, and answer nothing', async () => {
  boat()
  expect(await load()).toMatchObject({
    summary: 'Added 3 messages and 0 memories to 1 conversation; 0 were there already.',
    sessions: 2,
    messages: { found: 3, added: 3, known: 0, forgotten: 0, left_out: 0 },
    conversations: [{ conversation: '15550001111', sessions: 2, messages: 3, added: 3 }],
    problems: [],
  })
  await denidin.whenIdle()
  expect(denidin.channel.sent).toEqual([])
  await denidin.say('what is my sailing boat called?', { name: 'Ana' })
  expect(denidin.lastRequest()).toContain('2026-01-20:\n- 15550001111: "My sailing boat is called Marlin"')
  expect(denidin.lastRequest()).not.toContain('user: My sailing boat')
  await denidin.say('what is the sailing boat called?', { phone: '15550002222', name: 'Ben' })
  expect(denidin.lastRequest()).not.toContain('Marlin')
})

test('a second load adds nothing, a later copy only what is new, and a dry run writes nothing', async () => {
  boat()
  expect(await load({ dry_run: true })).toMatchObject({
    summary: 'Would add 3 messages and 0 memories to 1 conversation; 0 were there already.',
    conversations: [{ run_id: null }],
  })
  expect(await run('people.list', {})).toMatchObject({ people: [] })
  await load()
  expect(await load()).toMatchObject({ messages: { added: 0, known: 3 } })
  writeSession(old, {
    id: 's3',
    chat: ANA,
    messages: [{ role: 'user', content: 'It has two masts', timestamp: '2026-01-21T10:00:00+00:00' }],
  })
  expect(await load()).toMatchObject({ messages: { added: 1, known: 3 } })
  const { runs } = await run('ingest.runs', {})
  expect(runs).toMatchObject([
    { source_type: 'python_denidin', status: 'completed', new_unique_messages: 1, duplicate_messages: 3 },
    { new_unique_messages: 0 },
    { new_unique_messages: 3 },
  ])
})

test('memories keep their kind, their time and their owner, and a summary that was stored again comes once', async () => {
  boat()
  await writeMemories(async client => {
    const summary = {
      type: 'session_summary',
      session_id: 's1',
      whatsapp_chat: ANA,
      user_phone: ANA,
      session_start: '2026-01-20T09:00:00+00:00',
      session_end: '2026-01-20T09:01:00+00:00',
    }
    await remember(client, 'memory_15550001111', 'm1', '- Ana owns the boat Marlin', summary)
    await remember(client, 'memory_15550001111', 'm2', '- Ana owns the boat Marlin (again)', summary)
    await remember(client, 'memory_15550002222_at_c.us_private', 'm3', 'Ben is allergic to walnuts', {
      type: 'explicit',
    })
    await remember(client, 'memory_system_context', 'm4', 'The shop opens at nine', { type: 'fact', scope: 'PUBLIC' })
  })
  expect(await load()).toMatchObject({
    memories: { found: 4, added: 2, known: 1, forgotten: 0, left_out: 1 },
    notes: ['1 memory was left out: of no single conversation, or of people who turned learning off'],
  })
  expect(await load()).toMatchObject({ memories: { found: 4, added: 0, known: 3, left_out: 1 } })
  expect(await run('memory.list', { person: '+15550001111' })).toMatchObject({
    memories: [{ kind: 'session_summary', text: '- Ana owns the boat Marlin', said_from: '2026-01-20T09:00:00.000Z' }],
  })
  expect(await run('memory.list', { person: '+15550002222' })).toMatchObject({
    memories: [{ kind: 'explicit', text: 'Ben is allergic to walnuts' }],
  })
  await denidin.whenIdle()
  await denidin.say('am I allergic to walnuts?', { phone: '15550002222', name: 'Ben' })
  expect(denidin.lastRequest()).toContain('Ben is allergic to walnuts')
  await denidin.say('who is allergic to walnuts?', { name: 'Ana' })
  expect(denidin.lastRequest()).not.toContain('Ben is allergic')
})

test('what was forgotten does not come back: neither messages nor memories', async () => {
  boat()
  await writeMemories(client =>
    remember(client, 'memory_15550001111', 'm1', 'Ana owns the boat Marlin', {
      type: 'explicit',
      created_at: '2026-01-20T10:00:00Z',
    }),
  )
  await load()
  const { memories } = await run('memory.list', { person: '+15550001111' })
  const [memory] = memories as { memory_id: string }[]
  await run('memory.forget', { what: memory?.memory_id, person: '+15550001111' })
  expect(await load()).toMatchObject({ memories: { added: 0, known: 1 } })
  await run('memory.forget', { what: 'all', person: '+15550001111' })
  expect(await load()).toMatchObject({
    messages: { added: 0, known: 0, forgotten: 3 },
    memories: { added: 0, known: 0, forgotten: 1 },
  })
})

test('a damaged file does not lose the others, and is named', async () => {
  boat()
  const folder = join(old, 'sessions', 's2')
  writeFileSync(join(folder, 'session.json'), '{"session_id": "s2", "whatsapp_ch')
  writeFileSync(join(folder, 'messages', 'half.json'), '{"message_id": "half", "role"')
  writeFileSync(join(folder, 'messages', 'list.json'), '[]')
  writeFileSync(join(folder, 'messages', 'silent.json'), '{"role": "user", "message_id": "silent"}')
  rmSync(join(old, 'sessions', 'expired', '2026-01-20', 's1', 'messages', 's1-2.json'))
  mkdirSync(join(old, 'memory'), { recursive: true })
  writeFileSync(
    join(old, 'memory', 'chroma.sqlite3'),
    'this is not a database, it is a text of many letters '.repeat(40),
  )
  const lost = writeSession(old, {
    id: 'lost',
    chat: 'nowhere',
    messages: [{ role: 'user', content: 'hi', sender: 'me' }],
  })
  expect(readFileSync(join(lost, 'session.json'), 'utf8')).toContain('nowhere')
  await expect(load()).resolves.toMatchObject({
    messages: { added: 2 },
    missing_messages: 1,
    failed: 1,
    problems: [
      { file: 'memory/chroma.sqlite3', reason: expect.stringContaining('it is not a database') },
      { file: 'sessions/lost', reason: 'it is unknown whose conversation it is' },
      { file: 'sessions/s2/session.json', reason: 'it is not JSON' },
      { file: 'sessions/s2/messages/half.json', reason: 'it is not JSON' },
      { file: 'sessions/s2/messages/list.json', reason: 'it is not a JSON object' },
      { file: 'sessions/s2/messages/silent.json', reason: 'it has no content' },
    ],
  })
})

test('a group is loaded by the numbers of its members; names are settled by the caller, or left out', async () => {
  await denidin.say('hello', { phone: '15550002222', name: 'Ben' })
  writeSession(old, {
    id: 'g1',
    chat: GROUP,
    messages: [
      { role: 'user', content: 'The trip goes to Haifa', sender: ANA, more: { sender_name: 'Ana' } },
      { role: 'user', content: 'I bring the tent', sender: 'Ben', recipient: GROUP },
      { role: 'user', content: 'Who are you?', sender: 'Stranger' },
      { role: 'assistant', content: 'I am DeniDin.', more: { role: 'assistant', ai_required_role: 'assistant' } },
      {
        role: 'user',
        content: 'As the godfather, I agree',
        sender: BEN,
        more: { role: 'godfather', ai_required_role: 'user' },
      },
    ],
  })
  expect(await load()).toMatchObject({
    messages: { found: 5, added: 4, left_out: 1 },
    notes: [expect.stringContaining('"Stranger" (1)')],
  })
  expect(await load({ participant: ['Stranger=+15550003333'] })).toMatchObject({
    messages: { added: 1, known: 4 },
    notes: [],
  })
  expect(await run('people.list', {})).toMatchObject({
    people: expect.arrayContaining([expect.objectContaining({ phone: '15550001111', name: 'Ana' })]),
  })
  await denidin.whenIdle()
  await denidin.say('where does the trip go?', { name: 'Ana' })
  expect(denidin.lastRequest()).toContain('The trip goes to Haifa')
})

test('a folder that is none is refused, and so is a load while memory is off', async () => {
  await expect(run('ingest.denidin', { folder: join(denidin.folder, 'python', 'sessions') })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('give the folder that contains sessions/ and memory/'),
  })
  await expect(run('ingest.denidin', { folder: denidin.data() })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('is the data folder of a DeniDin of this kind'),
  })
  await expect(run('ingest.denidin', { folder: '/no/such/folder' })).rejects.toMatchObject({ code: 'not_found' })
  await denidin.restart({ feature_flags: { enable_memory_system: false } })
  await expect(load()).rejects.toMatchObject({ code: 'disabled' })
})

test('with --learn, facts are extracted from what was loaded', async () => {
  boat()
  await denidin.restart({ time_zone: 'UTC', feature_flags: { enable_llm_entity_extraction: false } })
  expect(await load({ learn: true })).toMatchObject({ learned: expect.any(Number) })
  const { memories } = await run('memory.list', { person: '+15550001111' })
  expect((memories as { text: string }[]).map(({ text }) => text).join('\n')).toContain('Marlin')
})
