// Messages that are longer than WhatsApp allows, from any side: only the beginning is read, and the person is told so.
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, test } from '@jest/globals'
import { operations } from '../../src/operations/list.ts'
import { fieldsOf } from '../../src/operations/fields.ts'
import { asDenidinError } from '../../src/platform/errors.ts'
import { messageText } from '../../src/text/message-text.ts'
import { TestDenidin } from '../support/denidin.ts'

const OPERATOR = { caller: { transport: 'cli', level: 'operator' } } as const
const TOLD = 'I read only its beginning, 65,536 characters'
const LONG = 70_000
const CHAT = '15550001111@c.us'
let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const storedTexts = (): readonly string[] => {
  using database = new DatabaseSync(denidin.data('denidin.db'), { readOnly: true })
  return database
    .prepare('SELECT text FROM messages')
    .all()
    .map(row => String(row['text']))
}

const open = async (): Promise<void> => {
  denidin = await TestDenidin.start({ ai: { provider: 'offline' }, embeddings: { provider: 'offline' } })
  // Whoever floods a chat is slowed down by up to two seconds a message.
  denidin.clock.hasten(20)
}

test.each([
  ['words', `my locker number is 417. ${'word '.repeat(LONG / 5)}THE END`],
  ['one word', `${'x'.repeat(LONG)}THE END`],
  ['Hebrew', `${'שלום '.repeat(LONG / 5)}THE END`, 'קראתי רק את תחילתה'],
  ['emoji', `${'👍🏽'.repeat(LONG / 4)}THE END`],
  ['lines', `${'a\n'.repeat(LONG / 2)}THE END`],
  ['a million characters', `${'word '.repeat(200_000)}THE END`],
])('is answered by its beginning: %s', async (_, text, told = TOLD) => {
  await open()
  expect(await denidin.say(text)).toContain(told)
  const stored = storedTexts()
  expect(stored.every(each => each.length <= 66_000 && !each.includes('THE END'))).toBe(true)
  expect(await denidin.say('hello')).not.toContain(told)
})

test('a message of exactly the length that WhatsApp allows is read as a whole', async () => {
  await open()
  const text = 'word '.repeat(13_107).padEnd(65_536, '.')
  expect(await denidin.say(text)).not.toContain(TOLD)
})

test.each(['/remember ', '/memory ', '/nothing ', '/help ', '/forget '])(
  'a command that is too long: %s',
  async name => {
    await open()
    const answer = await denidin.say(`${name}${'milk '.repeat(LONG / 5)}`)
    expect(answer).toContain(TOLD)
    expect(answer.length).toBeLessThan(3000)
  },
)

test('the writer of a message that was lost in a crash is told after the start', async () => {
  await open()
  await denidin.close()
  await denidin.leaveUnanswered(messageText('word '.repeat(LONG / 5)))
  await denidin.open()
  await denidin.app.conversation.whenIdle(CHAT)
  expect([...denidin.channel.sent].map(each => each.text).join('\n')).toContain(TOLD)
})

test('a message that an edit makes too long: its writer is told', async () => {
  await open()
  const { message_id } = await denidin.channel.deliver({ text: 'hello', sent_at: denidin.clock.now() })
  await denidin.app.conversation.whenIdle(CHAT)
  await denidin.channel.events.edited({ message_id, text: `${'word '.repeat(LONG / 5)}THE END` })
  expect(denidin.channel.sent.at(-1)?.text).toContain(TOLD)
  expect(storedTexts().join('\n')).not.toContain('THE END')
})

test('what the account owner writes is read by its beginning, and no one is told', async () => {
  await open()
  await denidin.say('hello')
  await denidin.channel.events.ownerWrote({
    message_id: 'own-1',
    chat_id: CHAT,
    chat_kind: 'direct',
    other: { identities: [{ kind: 'phone', value: '15550001111' }] },
    text: `${'word '.repeat(LONG / 5)}THE END`,
    sent_at: denidin.clock.now(),
  })
  expect(storedTexts().join('\n')).not.toContain('THE END')
  expect(denidin.channel.sent.map(each => each.text).join('\n')).not.toContain(TOLD)
})

test('a name, an id and a chat of any length stop no one', async () => {
  await open()
  await denidin.channel.deliver({ text: 'hello', message_id: 'x'.repeat(100_000), sent_at: denidin.clock.now() })
  await denidin.app.conversation.whenIdle(CHAT)
  expect(await denidin.say('hello', { name: `Dana ${'של '.repeat(50_000)}` })).not.toBe('')
  expect(await denidin.say('hello again')).not.toBe('')
})

test('the terminal: a message that is too long is answered by its beginning, and beyond its bound refused with the bound', async () => {
  await open()
  const said = await denidin.app.runner.run('chat.say', { message: 'word '.repeat(LONG / 5) }, OPERATOR)
  expect(String(said['replies'])).toContain(TOLD)
  await expect(
    denidin.app.runner.run('chat.say', { message: 'word '.repeat(100_000) }, OPERATOR),
  ).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining('at most 250000 characters') })
})

describe('operations', () => {
  test('a text that is far too long in any field is refused in one short sentence, or makes no difference', async () => {
    await open()
    await denidin.say('hello')
    for (const [name, operation] of Object.entries(operations)) {
      for (const field of fieldsOf(operation.input)) {
        if (field.type !== 'string') continue
        const input = { [field.name]: 'x'.repeat(300_000) }
        const sentence = await denidin.app.runner.run(name as keyof typeof operations, input as never, OPERATOR).then(
          () => '',
          (error: unknown) => asDenidinError(error).message,
        )
        expect({ name, field: field.name, long: sentence.length > 500 }).toEqual({
          name,
          field: field.name,
          long: false,
        })
      }
    }
  })
})
