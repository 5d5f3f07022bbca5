// `/remember` and `/forget` without words, written in reply to a message, mean that message.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { MessageId } from '../../src/messages/message.ts'
import { TestDenidin } from '../support/denidin.ts'
import { sayInChat, type Said } from '../support/say-in-chat.ts'

const OLDER = 'my locker code is Quetzal9'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const say = async (text: string, reply_to?: MessageId): Promise<Said> =>
  await sayInChat(denidin, text, reply_to === undefined ? {} : { reply_to })

test.each([
  '/remember',
  '/remember this',
  '/זכור את זה',
  'Remember this!',
  'please save it',
  'תשמרי את זה בבקשה',
  'תזכור',
])('%s in reply to a message remembers that message', async words => {
  const older = await say(OLDER)
  await say('I will bring the Marimba7')
  const { answer } = await say(words, older.id)
  expect(answer).toMatch(/(?:Remembered|אזכור): my locker code is Quetzal9/)
  const { answer: listed } = await say('/memory Quetzal9')
  expect(listed.match(/my locker code is Quetzal9/g)?.length).toBeGreaterThan(0)
})

test('in reply to an answer, /remember remembers the answer', async () => {
  await say(OLDER)
  const reply_to = denidin.channel.sentIds.at(-1) ?? ''
  const said = denidin.channel.sent.at(-1)?.text ?? ''
  expect((await say('/remember', reply_to)).answer).toBe(`Remembered: ${said}`)
})

test('words after /remember are what is remembered, whatever it replies to', async () => {
  const older = await say(OLDER)
  expect((await say('/remember the key is under the mat', older.id)).answer).toBe(
    'Remembered: the key is under the mat',
  )
})

test('without a reply, /remember says how it is used, and "remember this" goes to the model', async () => {
  await say(OLDER)
  expect((await say('/remember')).answer).toContain('/remember')
  expect((await say('/remember')).answer).not.toContain('Quetzal9')
  const calls = denidin.models.requests.length
  await say('remember this')
  expect(denidin.models.requests.length).toBeGreaterThan(calls)
})

test('in reply to a message that is forgotten or unknown, /remember says how it is used', async () => {
  const older = await say(OLDER)
  await say('/forget', older.id)
  for (const id of [older.id, 'never-seen']) {
    const { answer } = await say('/remember', id)
    expect(answer).toContain('/remember')
    expect(answer).not.toContain('Quetzal9')
  }
})

test.each(['/forget', '/forget this', '/שכח'])('%s in reply to a message forgets that message', async words => {
  const older = await say(OLDER)
  await say('I will bring the Marimba7')
  const { answer } = await say(words, older.id)
  expect(answer).toContain('Quetzal9')
  expect(answer).not.toContain('Marimba7')
  expect((await say('/forget')).answer).not.toContain('Marimba7')
})
