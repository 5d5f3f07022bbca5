/** Exported chats through the whole app: bound to a person or a group, recalled, never doubled, and never back when forgotten. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Caller } from '../../src/operations/operation.ts'
import { TestDenidin } from '../support/denidin.ts'
import { facts, failure, reply, type Answer } from '../support/model-server.ts'

const operator: Caller = { transport: 'cli', level: 'operator' }
const ANA = '+15550001111'
const GROUP = '120363000000000001@g.us'

let denidin: TestDenidin
beforeEach(async () => {
  denidin = await TestDenidin.start({ time_zone: 'UTC' })
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const run = async (name: string, input: object): Promise<Record<string, unknown>> =>
  await denidin.app.runner.run(name, input, { caller: operator, confirmed: true })

const load = async (
  text: string,
  input: object,
  name = 'WhatsApp Chat with DeniDin.txt',
): Promise<Record<string, unknown>> => {
  const file = join(denidin.folder, name)
  await writeFile(file, text)
  return await run('ingest.load', { file, ...input })
}

const added = async (report: Promise<Record<string, unknown>>): Promise<unknown> => {
  const { sources } = await report
  return (sources as Record<string, unknown>[]).map(each => [
    each['new_unique_messages'],
    each['duplicate_messages'],
    each['forgotten_messages'],
  ])[0]
}

/** A line of an export of now, in UTC. */
const line = (at: number, sender: string, text: string): string => {
  const [day = '', time = ''] = new Date(at).toISOString().split('T')
  const [year = '', month = '', date = ''] = day.split('-')
  return `${date}/${month}/${year}, ${time.slice(0, 5)} - ${sender}: ${text}\n`
}

const OLD = Date.UTC(2021, 0, 13, 9, 0)
const MINUTE = 60_000

const history =
  line(OLD, 'Ana', 'My sailing boat is called Marlin') +
  line(OLD + MINUTE, 'DeniDin', 'What a lovely name for a boat!') +
  line(OLD + MINUTE, 'Ana', 'ok') +
  line(OLD + MINUTE, 'Ana', 'ok') +
  line(OLD + 2 * MINUTE, 'Ana', '<Media omitted>')

test('an export that is bound to a person is recalled, and answers nothing by itself', async () => {
  await denidin.say('hello', { name: 'Ana' })
  const replies = denidin.channel.sent.length
  expect(await load(history, { person: ANA })).toMatchObject({
    summary: 'Added 4 messages to the conversation; 0 were there already; 1 media, commands and events were left out.',
    files: [{ status: 'completed', notes: expect.stringContaining('day, month, year (no other order') }],
  })
  await denidin.whenIdle()
  expect(denidin.channel.sent).toHaveLength(replies)
  await denidin.say('what is my sailing boat called?', { name: 'Ana' })
  expect(denidin.lastRequest()).toContain('2021-01-13:\n- Ana: "My sailing boat is called Marlin"')
  // It is recalled, not a part of the running session.
  expect(denidin.lastRequest()).not.toContain('user: My sailing boat')
  await denidin.say('what is the sailing boat called?', { phone: '15550002222', name: 'Ben' })
  expect(denidin.lastRequest()).not.toContain('Marlin')
})

test('a second load adds nothing, and a longer export only what is new, also one that begins later', async () => {
  await denidin.say('hello', { name: 'Ana' })
  expect(await added(load(history, { person: ANA }))).toEqual([4, 0, 0])
  expect(await added(load(history, { person: ANA }))).toEqual([0, 4, 0])
  const more = line(OLD + 3 * MINUTE, 'Ana', 'It has two masts') + line(OLD + 4 * MINUTE, 'Ana', 'ok')
  expect(await added(load(history + more, { person: ANA }))).toEqual([2, 4, 0])
  const later = history.split('\n').slice(3).join('\n') + more + line(OLD + 5 * MINUTE, 'DeniDin', 'Noted.')
  expect(await added(load(later, { person: ANA, me: 'DeniDin' }))).toEqual([1, 3, 0])
})

test('what the bot heard and said itself is not doubled', async () => {
  denidin.models.always('completion', reply('Marlin is **a fine** name for a boat.'))
  await denidin.say('My boat is called Marlin', { name: 'Ana' })
  const now = denidin.clock.now()
  const text =
    line(now, 'Ana', 'My boat is called Marlin') +
    line(now, 'DeniDin', 'Marlin is *a fine* name for a boat.') +
    line(now, 'DeniDin', 'Something that was written by hand')
  expect(await added(load(text, { person: ANA }))).toEqual([1, 2, 0])
})

test('it is asked who the senders are where that is not certain, and names settle it', async () => {
  await denidin.say('hello', { name: 'Ana' })
  const text = line(OLD, 'Mum', 'Hello') + line(OLD, 'Robot', 'Hi')
  await expect(load(text, { person: ANA })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('"Mum" (1), "Robot" (1); name the bot\'s account with --me'),
  })
  expect(await added(load(text, { person: ANA, me: 'robot' }))).toEqual([2, 0, 0])
  const file = join(denidin.folder, 'WhatsApp Chat with DeniDin.txt')
  expect(await run('ingest.participants', { file, person: ANA, participant: ['Mum=+15550001111'] })).toMatchObject({
    participants: [
      { name: 'Mum', is: 'person' },
      { name: 'Robot', is: 'bot' },
    ],
  })
})

test('an export of a group is that of its people; strangers by number become people, others are left out on request', async () => {
  await denidin.say('hello', { name: 'Ana' })
  const text =
    line(OLD, 'Ana', 'The trip goes to Haifa') +
    line(OLD, '+1 (555) 000-3333', 'I bring the tent') +
    line(OLD, 'Stranger', 'Who are you?') +
    line(OLD, 'DeniDin', 'Noted.')
  await expect(load(text, { chat: GROUP, me: 'DeniDin' })).rejects.toMatchObject({
    message: expect.stringContaining('"Stranger" (1)'),
  })
  expect(await added(load(text, { chat: GROUP, me: 'DeniDin', participant: ['*=skip'] }))).toEqual([3, 0, 0])
  expect(await added(load(text, { chat: GROUP, me: 'DeniDin', participant: ['Stranger=skip'] }))).toEqual([0, 3, 0])
})

test('what was forgotten does not come back by an export: the last message, one deleted for everyone', async () => {
  await denidin.say('My boat is called Marlin', { name: 'Ana' })
  const at = denidin.clock.now()
  await denidin.say('the code is 7', { name: 'Ana' })
  const texts =
    line(at, 'Ana', 'My boat is called Marlin') + line(at, 'Ana', 'the code is 7') + line(at, 'Ana', 'secret plan')
  await denidin.say('/forget last', { name: 'Ana' })
  expect(await added(load(texts, { person: ANA, me: 'DeniDin' }))).toEqual([1, 1, 1])
  const { message_id } = await denidin.channel.deliver({
    text: 'a blunder',
    chat_id: '15550001111@c.us',
    sent_at: denidin.clock.now(),
  })
  await denidin.app.conversation.whenIdle('15550001111@c.us')
  await denidin.channel.events.deleted(message_id)
  expect(await added(load(line(denidin.clock.now(), 'Ana', 'a blunder'), { person: ANA, me: 'x' }))).toEqual([0, 0, 1])
  // The same into the archive, where the sender is not bound to anyone.
  expect(await added(load(texts, {}))).toEqual([2, 0, 1])
})

test('a listed message that was forgotten by its number does not come back by an export', async () => {
  const at = denidin.clock.now()
  await denidin.say('my bike is red', { name: 'Ana' })
  await denidin.say('/memory bike', { name: 'Ana' })
  expect(await denidin.say('/forget 1', { name: 'Ana' })).toContain('my bike is red')
  expect(await added(load(line(at, 'Ana', 'my bike is red'), { person: ANA, me: 'x' }))).toEqual([0, 0, 1])
  expect(await added(load(line(at, 'Ana', 'my bike is red'), {}))).toEqual([0, 0, 1])
})

test('/forget last after a load takes what was last said, not what was loaded', async () => {
  await denidin.say('my bike is red', { name: 'Ana' })
  await load(history, { person: ANA })
  expect(await denidin.say('/forget last', { name: 'Ana' })).toContain('my bike is red')
  expect(await added(load(history, { person: ANA }))).toEqual([0, 4, 0])
})

test('what was imported is forgotten like everything else, and stays so', async () => {
  await denidin.say('hello', { name: 'Ana' })
  await load(history, { person: ANA })
  await denidin.say('/forget all', { name: 'Ana' })
  await denidin.say('yes', { name: 'Ana' })
  expect(await added(load(history, { person: ANA, participant: ['Ana=+15550001111'] }))).toEqual([0, 0, 4])
  // A load that is bound to no one knows her by her name, and what the bot said to her by its words.
  expect(await added(load(history, {}))).toEqual([0, 0, 5])
})

test('a time zone and the order of dates can be given', async () => {
  await denidin.say('hello', { name: 'Ana' })
  const text = '3/4/2021, 9:00 - Ana: hi\n'
  const first = await load(text, { person: ANA, zone: 'Asia/Jerusalem', date_order: 'mdy' })
  expect(first).toMatchObject({
    files: [{ notes: 'dates are read as month, day, year (as you said), times as those of Asia/Jerusalem' }],
  })
  await expect(load(text, { person: ANA, zone: 'Nowhere' })).rejects.toMatchObject({
    message: expect.stringContaining('no time zone "Nowhere"'),
  })
})

test('facts are learned from what is loaded on request', async () => {
  await denidin.say('hello', { name: 'Ana' })
  expect(await load(history, { person: ANA, learn: true })).toMatchObject({
    summary: expect.stringMatching(/^Added 4 messages .*; learned [1-9]\d* facts?\.$/),
  })
  expect(await denidin.say('/memory boat', { name: 'Ana' })).toContain('Marlin')
})

test('where facts are not extracted, a load that is to learn adds nothing', async () => {
  await denidin.restart({ time_zone: 'UTC', feature_flags: { use_schema_v2: false } })
  await denidin.say('hello', { name: 'Ana' })
  await expect(load(history, { person: ANA, learn: true })).rejects.toMatchObject({
    code: 'disabled',
    message: expect.stringContaining('nothing was added'),
  })
  expect(await added(load(history, { person: ANA }))).toEqual([4, 0, 0])
})

test('a load that only counts, or is refused, makes no one a person', async () => {
  const people = async (): Promise<unknown> => (await run('people.list', {}))['people']
  await denidin.say('hello', { name: 'Ana' })
  const before = await people()
  const text = line(OLD, 'Ana', 'I bring the stove') + line(OLD, '+1 (555) 000-3333', 'I bring the tent')
  expect(await added(load(text, { chat: GROUP, dry_run: true }))).toEqual([2, 0, 0])
  await expect(load(text + line(OLD, 'Stranger', 'Hi'), { chat: GROUP })).rejects.toMatchObject({
    code: 'invalid_input',
  })
  expect(await people()).toEqual(before)
  expect(await added(load(text, { chat: GROUP, participant: ['*=skip'], dry_run: true }))).toEqual([2, 0, 0])
  expect(await added(load(text, { chat: GROUP }))).toEqual([2, 0, 0])
  expect(await people()).toHaveLength((before as unknown[]).length + 1)
})

test('into the archive, a sender of another name stays forgotten when it is said who that is', async () => {
  await denidin.say('hello', { name: 'Ana' })
  await denidin.say('/forget all', { name: 'Ana' })
  await denidin.say('yes', { name: 'Ana' })
  const text = line(OLD, 'Mum', 'We sail to Crete') + line(OLD, 'Ben', 'I bring the tent')
  expect(await added(load(text, { participant: ['Mum=+15550001111'], dry_run: true }))).toEqual([1, 0, 1])
  expect(await added(load(text, {}))).toEqual([2, 0, 0])
})

test('into the archive, a sender is known by every number of theirs', async () => {
  await denidin.say('hello', { name: 'Ana' })
  await denidin.say('hello', { name: 'Ana', phone: '15550002222' })
  await run('people.merge', { person: ANA, other: '+15550002222' })
  await denidin.say('/forget all', { name: 'Ana' })
  await denidin.say('yes', { name: 'Ana' })
  const text = line(OLD, '+1 555-000-1111', 'We sail to Crete') + line(OLD, '+1 555-000-2222', 'or to Rhodes')
  expect(await added(load(text, {}))).toEqual([0, 0, 2])
})

test('what only a load into a conversation takes is refused without one', async () => {
  for (const given of [{ me: 'DeniDin' }, { learn: true }, { participant: ['*=skip'] }]) {
    await expect(load(history, given)).rejects.toMatchObject({ code: 'invalid_input' })
  }
})

test('a number that has never written becomes a person, a client; a second load knows them by their name', async () => {
  const text = line(OLD, 'Zoe', 'My parrot is called Kiwi') + line(OLD + MINUTE, 'DeniDin', 'Hello Kiwi')
  const person = '+1 (555) 000-7777'
  const people = async (): Promise<unknown> => (await run('people.list', {}))['people']
  await expect(load(text, { person })).rejects.toMatchObject({ code: 'invalid_input' })
  expect(await added(load(text, { person, me: 'DeniDin', dry_run: true }))).toEqual([2, 0, 0])
  expect(await people()).toEqual([])
  expect(await added(load(text, { person, me: 'DeniDin' }))).toEqual([2, 0, 0])
  expect(await people()).toMatchObject([{ phone: '15550007777', name: 'Zoe', role: 'client' }])
  expect(await added(load(text, { person: 'zoe' }))).toEqual([0, 2, 0])
  await denidin.say('what is my parrot called?', { phone: '15550007777', name: 'Zoe' })
  expect(denidin.lastRequest()).toContain('Zoe: "My parrot is called Kiwi"')
})

test('a person may be given by a name; one that nobody has, or several, is refused in one sentence', async () => {
  await denidin.say('hello', { name: 'Ana' })
  expect(await added(load(history, { person: 'ana' }))).toEqual([4, 0, 0])
  await expect(load(history, { person: 'Anna' })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringMatching(/^there is no person "Anna": .*; did you mean "Ana"\?$/),
  })
  await expect(load(history, { person: '050-1234567' })).rejects.toMatchObject({
    message: expect.stringContaining('with its country code'),
  })
  await denidin.say('hello', { name: 'Ana', phone: '15550002222' })
  await expect(load(history, { person: 'Ana' })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/^2 people are called "Ana": give a number .*15550001111/),
  })
})

test('in a group, a sender may be given a number that has never written', async () => {
  const text = line(OLD, 'Zoe', 'I bring the tent') + line(OLD, 'DeniDin', 'Noted.')
  const given = { chat: GROUP, me: 'DeniDin', participant: ['Zoe=+15550007777'] }
  expect(await added(load(text, given))).toEqual([2, 0, 0])
  expect((await run('people.list', {}))['people']).toMatchObject([{ phone: '15550007777', name: 'Zoe' }])
  await expect(load(text, { participant: ['Zoe=+15550008888'] })).rejects.toMatchObject({ code: 'not_found' })
})

test.each([
  [{ person: ANA, chat: GROUP }, 'give a person or a chat, not both'],
  [{ person: ANA, phase: 2 }, '--phase names a kind of Claude Code file, and --person is for exported chats only'],
  [{ chat: GROUP, me: 'x', phase: 1 }, '--chat, --me are for exported chats only'],
  [{ zone: 'UTC', phase: 1 }, '--zone is for'],
  [{ date_order: 'dmy', phase: 1 }, '--date-order is for'],
  [{ participant: ['Ana=skip'], phase: 1 }, '--participant is for'],
  [{ person: ANA, me: 'Ana', participant: ['ana=+15550001111'] }, '"ana" is given twice'],
  [{ person: ANA, participant: ['Ana=skip', 'Ana=bot'] }, '"Ana" is given twice'],
  [{ person: ANA, participant: ['*=bot'] }, 'can only be left out'],
  [{ chat: GROUP, participant: ['*=+15550001111'] }, 'can only be left out'],
  [{ person: ANA, participant: ['DeniDin=+15550002222'] }, 'can only be Ana, the bot or left out'],
])('options that have no meaning together are refused: %j', async (given, message) => {
  await denidin.say('hello', { name: 'Ana' })
  await expect(load(history, given)).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining(message),
  })
})

test('what is said about a chat is refused for anything else, a folder without chats included', async () => {
  const file = join(denidin.folder, 'history.jsonl')
  await writeFile(file, `${JSON.stringify({ display: 'hi', timestamp: OLD })}\n`)
  for (const given of [{ zone: 'UTC' }, { date_order: 'dmy', participant: ['Ana=+15550001111'] }]) {
    await denidin.say('hello', { name: 'Ana' })
    const refused = { code: 'invalid_input', message: expect.stringMatching(/exported chat.*leave out --/) }
    await expect(run('ingest.load', { file, ...given })).rejects.toMatchObject(refused)
    await expect(run('ingest.load', { file: denidin.folder, ...given })).rejects.toMatchObject(refused)
  }
})

test('a name that no sender has is told', async () => {
  await denidin.say('hello', { name: 'Ana' })
  expect(await load(history, { person: ANA, me: 'Robot' })).toMatchObject({
    files: [{ notes: expect.stringContaining('no sender is called "robot"') }],
  })
})

test('of equal short words of one minute, only as many as were forgotten stay forgotten', async () => {
  const at = Math.ceil(denidin.clock.now() / MINUTE) * MINUTE
  const hear = async (text: string, phone: string, name: string, second: number): Promise<void> => {
    const sender = { identities: [{ kind: 'phone', value: phone }], name } as const
    await denidin.channel.deliver({ text, chat_id: `${phone}@c.us`, sent_at: at + second * 1000, sender })
    await denidin.app.conversation.whenIdle(`${phone}@c.us`)
  }
  await hear('ok', '15550001111', 'Ana', 1)
  await hear('ok', '15550001111', 'Ana', 2)
  await hear('ok', '15550002222', 'Ben', 3)
  await denidin.say('/forget last', { name: 'Ana' })
  const anas = line(at, 'Ana', 'ok')
  const bens = line(at, 'Ben', 'ok')
  // In her conversation one is there, and one is forgotten; a third one was said on another phone.
  expect(await added(load(anas + anas, { person: ANA, me: 'x' }))).toEqual([0, 1, 1])
  expect(await added(load(anas + anas + anas, { person: ANA, me: 'x' }))).toEqual([1, 1, 1])
  expect(await added(load(anas + anas + anas, { person: ANA, me: 'x' }))).toEqual([0, 2, 1])
  // In the archive of files nothing is there yet; what others said is not hers.
  expect(await added(load(anas + bens + anas, {}))).toEqual([2, 0, 1])
  // Who Mum is, is not known: hers may be the one that was forgotten, but no more than that one.
  const mums = line(at, 'Mum', 'ok')
  expect(await added(load(mums + bens + mums, {}, 'WhatsApp Chat with Mum.txt'))).toEqual([2, 0, 1])
})

test('where the clocks were set back, words forgotten in either hour stay forgotten', async () => {
  // In Berlin, 02:30 came twice that night.
  const first = Date.UTC(2026, 9, 25, 0, 30)
  const said = async (at: number, text: string): Promise<void> => {
    const sender = { identities: [{ kind: 'phone', value: '15550001111' }], name: 'Ana' } as const
    await denidin.channel.deliver({ text, chat_id: '15550001111@c.us', sent_at: at, sender })
    await denidin.app.conversation.whenIdle('15550001111@c.us')
    await denidin.say('/forget last', { name: 'Ana' })
  }
  await said(first, 'left')
  await said(first + 60 * MINUTE, 'right')
  const text = '25/10/2026, 02:30 - Ana: left\n25/10/2026, 02:30 - Ana: right\n25/10/2026, 02:30 - Ana: on\n'
  for (const given of [{}, { person: ANA, me: 'x' }]) {
    expect(await added(load(text, { ...given, zone: 'Europe/Berlin' }))).toEqual([1, 0, 2])
  }
})

test('a load into a conversation leaves a record like every other, and keeps no words in it', async () => {
  await denidin.say('hello', { name: 'Ana' })
  const text = `a stray line\n${history}`
  expect(await load(text, { person: ANA, dry_run: true })).toMatchObject({ files: [{ run_id: null }] })
  const report = await load(text, { person: ANA })
  expect(report).toMatchObject({ files: [{ run_id: 1, status: 'completed' }], rejected: [{ excerpt: 'a stray line' }] })
  const { runs } = await run('ingest.runs', {})
  const [{ person_id }] = (await run('people.list', {}))['people'] as [{ person_id: string }]
  expect(runs).toMatchObject([
    {
      run_id: 1,
      source_type: 'whatsapp',
      conversation: `person:${person_id}`,
      status: 'completed',
      started_by: 'operator',
      messages_extracted: 4,
      new_unique_messages: 4,
      duplicate_messages: 0,
      errors_count: 1,
      lines: 6,
      source_checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      notes: expect.stringContaining('1 media, commands and events were left out'),
    },
  ])
  expect(await run('ingest.rejected', { run_id: 1 })).toMatchObject({
    lines: [{ line: 1, reason: 'no message has begun before this line', excerpt: '' }],
  })
  await load(text, { person: ANA })
  // The same file into the archive is another load: nothing of it was loaded there.
  expect(await load(text, {})).toMatchObject({ files: [{ run_id: 3, new_unique_messages: 5 }] })
  const file = join(denidin.folder, 'trail.json')
  await run('ingest.export', { file })
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject([
    { run_id: 3, conversation: null },
    { run_id: 2, new_unique_messages: 0, duplicate_messages: 4 },
    { run_id: 1 },
  ])
  const { text: shown } = await run('report.make', { report: 'extraction-progress', format: 'json' })
  expect(JSON.parse(shown as string)).toMatchObject({
    runs: [{ run_id: 3 }, { run_id: 2 }, { run_id: 1, new_unique_messages: 4 }],
  })
  expect(await run('archive.verify', { check_hashes: true })).toMatchObject({ in_order: true })
})

test('a load that no one is certain about, or of no chat, leaves no record', async () => {
  await denidin.say('hello', { name: 'Ana' })
  await expect(load(line(OLD, 'Mum', 'Hi') + line(OLD, 'Robot', 'Hi'), { person: ANA })).rejects.toThrow()
  await expect(load('no chat', { person: ANA })).rejects.toThrow()
  expect(await run('ingest.runs', {})).toMatchObject({ runs: [] })
})

test('learning that the model interrupts goes on where it stopped, and learns nothing twice', async () => {
  await denidin.say('hello', { name: 'Ana' })
  await denidin.whenIdle()
  const day = 24 * 60 * MINUTE
  const texts = ['My boat is called Marlin', 'My bike is red', 'My cat is called Tom', 'My sister lives in Haifa']
  const text = texts.map((words, index) => line(OLD + index * day, 'Ana', words)).join('')
  let asked = 0
  const failing = (first: number): Answer => {
    const works = facts()
    return (request, response) => (++asked > first ? failure(503)(request, response) : works(request, response))
  }
  denidin.models.always('extraction', failing(2))
  await expect(load(text, { person: ANA, learn: true })).rejects.toMatchObject({
    message: expect.stringMatching(/^4 messages were added, and 2 facts learned; learning stopped: .*goes on where/),
  })
  expect(await run('ingest.runs', {})).toMatchObject({
    runs: [{ status: 'completed', notes: expect.stringContaining('learning stopped after 2 facts') }],
  })
  denidin.models.always('extraction', facts())
  const before = denidin.models.of('extraction').length
  expect(await load(text, { person: ANA, learn: true })).toMatchObject({
    summary: expect.stringMatching(/^Added 0 messages .*; learned 2 facts\.$/),
  })
  expect(denidin.models.of('extraction').length - before).toBe(2)
  expect(await load(text, { person: ANA, learn: true })).toMatchObject({
    summary: 'Added 0 messages to the conversation; 4 were there already.',
  })
  expect(await load(text, { person: ANA, learn: true, dry_run: true })).toMatchObject({
    summary: expect.stringMatching(/would learn from the newest 4\.$/),
  })
})
