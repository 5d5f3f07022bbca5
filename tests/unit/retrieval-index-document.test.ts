// A long message is read in steps before it is written, and is then the same document.
import { expect, test } from '@jest/globals'
import { readAhead, readMessage, type IndexedMessage } from '../../src/retrieval/full-text/index-document.ts'

const messageOf = (text: string, more: Partial<IndexedMessage> = {}): IndexedMessage => ({
  message_id: 'm1',
  person_id: 'p1',
  role: 'user',
  sender_name: 'Ann',
  text,
  sent_at: Date.UTC(2026, 10, 27),
  day: 20_784,
  ...more,
})

test.each([
  ['English', 'My sister lives in Haifa. The meeting is on Tuesday, not on Monday. I no longer work at the bank. '],
  ['Hebrew', 'אחותי גרה בחיפה. הפגישה ביום שלישי ולא ביום שני. אני כבר לא עובד בבנק. 🙂 '],
  ['words that differ', Array.from({ length: 300 }, (_, n) => `word${String(n)}`).join(' ')],
])('a message of many sentences that was read ahead: %s', async (_, sentences) => {
  const text = sentences.repeat(60)
  const message = messageOf(text)
  let pauses = 0
  await readAhead(message, async () => {
    pauses++
  })
  expect(pauses).toBeGreaterThanOrEqual(4)
  expect(readMessage(message)).toEqual(readMessage(messageOf(text)))
  expect(readMessage(message)).toBe(readMessage(message))
})

test('what the bot wrote states nothing, also when it was read ahead', async () => {
  const message = messageOf('I live in Haifa. '.repeat(300), { role: 'assistant' })
  await readAhead(message, async () => undefined)
  expect(readMessage(message)).toMatchObject({ bot: true, keys: [], correction: false })
  expect(readMessage(messageOf('I live in Haifa. '))).toMatchObject({ bot: false, keys: [expect.any(String)] })
})
