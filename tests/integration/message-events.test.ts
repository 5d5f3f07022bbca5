import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { GODFATHER, TestDenidin } from '../support/denidin.ts'
import { hold, lastUserMessage, reply, sourceLines } from '../support/model-server.ts'

const CHAT = '15550001111@c.us'
const ANA = { identities: [{ kind: 'phone', value: '15550001111' } as const], name: 'Ana' }

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** A message comes that cannot be decrypted; resolves with what is answered. */
const garbled = async (): Promise<string> => {
  const before = denidin.channel.sent.length
  await denidin.channel.deliver({ text: '', unreadable: true, chat_id: CHAT })
  await denidin.app.conversation.whenIdle(CHAT)
  return denidin.channel.sent
    .slice(before)
    .map(each => each.text)
    .join()
}

/** Writes something and tells the id of the message. */
const write = async (text: string): Promise<string> => {
  const { message_id } = await denidin.channel.deliver({ text, chat_id: CHAT })
  await denidin.app.conversation.whenIdle(CHAT)
  return message_id
}

const everythingOnDisk = async (): Promise<string> => {
  const sessions = await readdir(denidin.data('sessions'), { recursive: true, withFileTypes: true }).catch(() => [])
  const files = sessions.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map(file => readFile(file, 'utf8')))).join('\n')
}

test('an edited message reads in the history as it was edited', async () => {
  const message_id = await write('my dog is called Rex')
  await denidin.channel.events.edited({ message_id, text: '\u200emy dog\u200b is called Max\u200f' })
  await write('what is my dog called?')
  expect(denidin.lastRequest()).toContain('user: my dog is called Max')
  expect(denidin.lastRequest()).not.toContain('user: my dog is called Rex')
  expect(await everythingOnDisk()).toContain('my dog is called Max')
})

test('a message that was edited before it arrived is taken as it is now', async () => {
  const message_id = `false_${CHAT}_EARLY`
  await denidin.channel.events.edited({ message_id, text: 'meet at 5' })
  await denidin.channel.deliver({ text: 'meet at 4', chat_id: CHAT, message_id })
  await denidin.app.conversation.whenIdle(CHAT)
  expect(denidin.models.of('completion').map(lastUserMessage)).toEqual(['meet at 5'])
  expect(await everythingOnDisk()).not.toContain('meet at 4')
})

test('a message that was deleted before it arrived is neither answered nor kept, under any address', async () => {
  await write('hello')
  await denidin.channel.events.deleted(`false_${CHAT}_EARLY`)
  for (const chat of [CHAT, CHAT.replace('@', ':7@')]) {
    await denidin.channel.deliver({ text: 'meet at 4', chat_id: CHAT, message_id: `false_${chat}_EARLY` })
    await denidin.app.conversation.whenIdle(CHAT)
    await denidin.restart()
  }
  expect(denidin.models.of('completion').map(lastUserMessage)).toEqual(['hello'])
  expect(await everythingOnDisk()).not.toContain('meet at 4')
})

test('a message edited while it waits is answered as edited', async () => {
  const held = hold(reply('first answer'))
  denidin.models.next('completion', held.answer)
  await denidin.channel.deliver({ text: 'first', chat_id: CHAT })
  await held.arrived
  const { message_id } = await denidin.channel.deliver({ text: 'second, with a slip', chat_id: CHAT })
  await denidin.channel.events.edited({ message_id, text: 'second, put right' })
  held.release()
  await denidin.app.conversation.whenIdle(CHAT)
  expect(denidin.lastRequest()).toContain('user: second, put right')
})

test.each([
  ['edited', 'my code is Kestrel'],
  ['taken back', undefined],
])('the call to the model ends when its question is %s, and nothing of it stays', async (_, text) => {
  const held = hold(reply('The code is Quetzal.'))
  denidin.models.next('completion', held.answer)
  const { message_id } = await denidin.channel.deliver({ text: 'my code is Quetzal', chat_id: CHAT })
  await held.arrived
  if (text === undefined) await denidin.channel.events.deleted(message_id)
  else await denidin.channel.events.edited({ message_id, text })
  await denidin.app.conversation.whenIdle(CHAT)
  held.release()
  expect(denidin.channel.sent.map(each => each.text)).toEqual(text === undefined ? [] : [`You said: ${text}`])
  expect(await denidin.say('hello')).toBe('You said: hello')
  expect(denidin.lastRequest()).not.toContain('Quetzal')
  expect(await everythingOnDisk()).not.toContain('Quetzal')
})

test('a message taken back leaves the history, and does not come back when it is delivered again', async () => {
  denidin.models.always('completion', reply('noted'))
  const message = await denidin.channel.deliver({ text: 'my code is 4711', chat_id: CHAT })
  await denidin.app.conversation.whenIdle(CHAT)
  await denidin.channel.events.deleted(message.message_id)
  await denidin.channel.deliver(message)
  await write('hello')
  expect(denidin.lastRequest()).not.toContain('4711')
  expect(await everythingOnDisk()).not.toContain('4711')
})

test('a message taken back before it is answered is not answered', async () => {
  const held = hold(reply('first answer'))
  denidin.models.next('completion', held.answer)
  await denidin.channel.deliver({ text: 'first', chat_id: CHAT })
  await held.arrived
  const { message_id } = await denidin.channel.deliver({ text: 'oh no', chat_id: CHAT })
  await denidin.channel.events.deleted(message_id)
  held.release()
  await denidin.app.conversation.whenIdle(CHAT)
  expect(denidin.channel.sent.map(each => each.text)).toEqual(['first answer'])
})

test('a message taken back after its session was stored leaves long-term memory too', async () => {
  denidin.models.always('completion', reply('noted'))
  const message_id = await write('my code is 4711')
  await write('and my dog is called Rex')
  await denidin.say('/reset')
  const texts = async (): Promise<readonly string[]> =>
    (await denidin.app.memory.list('all', { limit: 9 })).map(each => each.text)
  expect(await texts()).toEqual(['and my dog is called Rex', 'my code is 4711'])
  await denidin.channel.events.deleted(message_id)
  await denidin.app.closing.sweep()
  await denidin.app.memory.whenIdle()
  expect(await texts()).toEqual(['and my dog is called Rex'])
  expect(await everythingOnDisk()).not.toContain('4711')
  await write('what is my code?')
  expect(denidin.lastRequest()).not.toContain('4711')
})

test('a message edited after its session was stored is learned from in its new words', async () => {
  denidin.models.always('completion', reply('noted'))
  const message_id = await write('my code is 4711')
  await write('and my dog is called Rex')
  await denidin.say('/reset')
  await denidin.channel.events.edited({ message_id, text: 'my code is 9999' })
  await denidin.app.closing.sweep()
  const memories = await denidin.app.memory.list('all', { limit: 9 })
  expect(memories.map(each => each.text)).toEqual(['my code is 9999', 'and my dog is called Rex'])
  expect(sourceLines(denidin.models.of('extraction')[1]!).map(line => line.text)).toEqual(['my code is 9999'])
  expect(await everythingOnDisk()).not.toContain('4711')
})

test('a message taken back after its session was summarised leaves the summary too', async () => {
  await denidin.restart({ feature_flags: { use_schema_v2: false } })
  denidin.models.always('completion', (request, response) => {
    const texts = request.body.messages?.map(each => each.content).join('\n') ?? ''
    const secret = texts.includes('4711') ? '- the code is 4711' : '- a talk about dogs'
    void reply(texts.includes('long-term memory of an assistant') ? secret : 'noted')(request, response)
  })
  const message_id = await write('my code is 4711')
  await write('and my dog is called Rex')
  await denidin.say('/reset')
  expect((await denidin.app.memory.list('all', { limit: 9 })).map(each => each.text)).toEqual(['- the code is 4711'])
  await denidin.channel.events.deleted(message_id)
  await denidin.app.closing.sweep()
  await denidin.app.memory.whenIdle()
  expect((await denidin.app.memory.list('all', { limit: 9 })).map(each => each.text)).toEqual(['- a talk about dogs'])
  expect(await everythingOnDisk()).not.toContain('4711')
  await write('what is my code?')
  expect(denidin.lastRequest()).not.toContain('4711')
})

test('the owner writing in a chat silences the bot there for a time, and the words become history', async () => {
  const other = ANA
  await write('can I come on Friday?')
  await denidin.channel.events.ownerWrote({
    message_id: 'own-1',
    chat_id: CHAT,
    chat_kind: 'direct',
    other,
    text: 'Yes, at five',
    sent_at: denidin.clock.now(),
  })
  await write('great, thank you')
  expect(denidin.channel.sent).toHaveLength(1)
  expect(await denidin.say('hello', { phone: '15550002222' })).not.toBe('')
  denidin.clock.forward(61 * MINUTE_MS)
  await write('when was it again?')
  expect(denidin.lastRequest()).toContain('Yes, at five\nuser: great, thank you\nwhen was it again?')
})

test('the owner’s words in the godfather’s chat leave the godfather’s window as wide as it is', async () => {
  await denidin.restart({ memory: { session: { max_tokens_by_role: { client: 60, godfather: 5000 } } } })
  for (let n = 1; n <= 8; n++) await denidin.say(`this is message number ${String(n)}`, { phone: GODFATHER })
  await denidin.channel.events.ownerWrote({
    message_id: 'own-9',
    chat_id: `${GODFATHER}@c.us`,
    chat_kind: 'direct',
    text: 'a note to myself',
    other: { identities: [{ kind: 'phone', value: GODFATHER }] },
    sent_at: denidin.clock.now(),
  })
  denidin.clock.forward(61 * MINUTE_MS)
  await denidin.say('and now?', { phone: GODFATHER })
  expect(denidin.lastRequest()).toContain('user: this is message number 1')
  expect(denidin.lastRequest()).toContain('assistant: You said: this is message number 8\na note to myself')
})

test('the quiet time after the owner’s words is takeover_minutes; with 0 there is none', async () => {
  const own = (message_id: string): Promise<void> =>
    denidin.channel.events.ownerWrote({
      message_id,
      chat_id: CHAT,
      chat_kind: 'direct',
      other: ANA,
      text: 'I am here',
      sent_at: denidin.clock.now(),
    })
  await denidin.restart({ conversation: { takeover_minutes: 5 } })
  await own('own-1')
  denidin.clock.forward(4 * MINUTE_MS)
  await write('hello?')
  expect(denidin.channel.sent).toEqual([])
  denidin.clock.forward(2 * MINUTE_MS)
  await write('hello?')
  expect(denidin.channel.sent).toHaveLength(1)
  await denidin.restart({ conversation: { takeover_minutes: 0 } })
  await own('own-2')
  await write('hello?')
  expect(denidin.channel.sent).toHaveLength(1)
})

test('the godfather pauses and resumes a conversation, also over a restart', async () => {
  await write('hello')
  expect(await denidin.say('/pause 15550001111', { phone: GODFATHER })).toContain('15550001111')
  await denidin.restart()
  await write('are you there?')
  expect(denidin.channel.sent).toEqual([])
  expect(await denidin.say('/resume 15550001111', { phone: GODFATHER })).toContain('15550001111')
  await write('and now?')
  expect(denidin.lastRequest()).toContain('user: are you there?\nand now?')
  expect(denidin.channel.sent.at(-1)).toMatchObject({ chat_id: CHAT })
})

test('a client pauses nothing', async () => {
  await write('/pause')
  expect(await denidin.say('hello')).toBe('You said: hello')
})

test('messages older than answer_within_hours are history without an answer', async () => {
  await denidin.restart({ conversation: { answer_within_hours: 2 } })
  const sent_at = denidin.clock.now() - 3 * HOUR_MS
  await denidin.channel.deliver({ text: 'long ago', chat_id: CHAT, sent_at })
  await denidin.app.conversation.whenIdle(CHAT)
  expect(denidin.channel.sent).toEqual([])
  await write('now')
  expect(denidin.lastRequest()).toContain('user: long ago\nnow')
})

test('an unreadable message is asked for once', async () => {
  expect(await garbled()).toMatch(/once more/)
  expect(await garbled()).toBe('')
  expect(await denidin.say('can you read this?')).toBe('You said: can you read this?')
  expect(await garbled()).toMatch(/once more/)
})

test('of a message that only the phone can open its sender is told once, and never asked to send it again', async () => {
  const placeholder = async (kind: 'view_once' | 'phone_only'): Promise<string> => {
    const before = denidin.channel.sent.length
    await denidin.channel.deliver({ text: '', details: { attachment: { kind } }, chat_id: CHAT })
    await denidin.app.conversation.whenIdle(CHAT)
    return denidin.channel.sent
      .slice(before)
      .map(each => each.text)
      .join()
  }
  const told = await placeholder('view_once')
  expect(told).toMatch(/cannot open it here/)
  expect(told).not.toMatch(/again|once more|send/)
  expect(await placeholder('view_once')).toContain('[view-once message, which only the phone can open]')
  expect(await placeholder('phone_only')).toMatch(/cannot open it here/)
  await write('so, what do you think?')
  expect(denidin.lastRequest()).toContain('[view-once message, which only the phone can open]')
})

test('thumbs on a reply are kept and may be taken back; others and other messages’ are not', async () => {
  const asked = await write('hello')
  const replied = denidin.channel.sentIds.at(-1) ?? ''
  const react = (message_id: string, emoji: string | undefined): Promise<void> =>
    denidin.channel.events.reacted({ message_id, sender: ANA, emoji, at: denidin.clock.now() })
  const ratings = async (): Promise<unknown> => (await denidin.app.traffic()).ratings
  await react(asked, '👍')
  await react(replied, '😂')
  expect(await ratings()).toEqual({ up: 0, down: 0 })
  await react(replied, '👍🏽')
  expect(await ratings()).toEqual({ up: 1, down: 0 })
  await react(replied, '👎')
  expect(await ratings()).toEqual({ up: 0, down: 1 })
  await react(replied, undefined)
  expect(await ratings()).toEqual({ up: 0, down: 0 })
  expect(denidin.channel.sent).toHaveLength(1)
})

test('three unconfirmed replies in a row are an alert until one is confirmed', async () => {
  const health = async (): Promise<string> => {
    const status = await denidin.app.runner.run('status', {}, { caller: { transport: 'cli', level: 'operator' } })
    return JSON.stringify(status)
  }
  for (let n = 0; n < 3; n++) {
    expect(await health()).not.toContain('were not confirmed')
    denidin.channel.outcomes.push({ outcome: 'unconfirmed', reason: 'no acknowledgement' })
    await write('hello')
  }
  expect(await health()).toContain('The last 3 replies were not confirmed')
  expect(denidin.log.lines.filter(line => line.level === 'error')).toHaveLength(1)
  await write('hello')
  expect(await health()).not.toContain('were not confirmed')
})
