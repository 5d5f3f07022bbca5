/** The records of a Python DeniDin, and the statements of its summaries, in the odd forms that they come in. */
import { expect, test } from '@jest/globals'
import { chatOf, instantIn, messageOf } from '../../src/ingest/python-denidin/python-records.ts'
import { statementsOf } from '../../src/learning/schema-migration/summary-facts.ts'

test.each(['system', 'developer', 'tool', 'function'])('text with the role %s is no one’s words', role => {
  expect(messageOf({ role, content: 'You are DeniDin.' }, 'm1', 'UTC')).toBe(`no person says what has the role ${role}`)
})

test.each(['user', 'client', 'godfather', 'admin'])('text with the role %s is a person’s', role => {
  expect(messageOf({ role, content: 'hi' }, 'm1', 'UTC')).toMatchObject({ is_reply: false, message_id: 'm1' })
})

test.each([
  ['2026-01-20T11:00:00', '2026-01-20T09:00:00.000Z'],
  ['2026-01-20T11:00:00.123456+02:00', '2026-01-20T09:00:00.123Z'],
  [1_768_906_800, '2026-01-20T11:00:00.000Z'],
])('%j is an instant, without a zone in that of the installation', (value, iso) => {
  expect(new Date(instantIn('Asia/Jerusalem', value) ?? 0).toISOString()).toBe(iso)
})

test.each([
  ['972501234567@c.us', { kind: 'direct', digits: '972501234567' }],
  ['+972 50-123-4567', { kind: 'direct', digits: '972501234567' }],
  ['972501234567-1600000000@g.us', { kind: 'group', chat_id: '972501234567-1600000000@g.us' }],
  ['77@lid', undefined],
  [5, undefined],
])('the chat of %j', (address, chat) => {
  expect(chatOf(address)).toEqual(chat)
})

test.each([
  ['1. One\n2) Two\n   - sub\n**Context**\ntext', ['One', 'Two', 'sub']],
  ['Ana owns a boat.\nShe lives in Jaffa.', ['Ana owns a boat. She lives in Jaffa.']],
  ['עובדות:\n• כלב בשם רקס\n• **גרה** ביפו', ['כלב בשם רקס', 'גרה ביפו']],
  ['-\n', []],
  ['- …\n- the dog', ['the dog']],
])('the statements of %j', (text, statements) => {
  expect(statementsOf(text)).toEqual(statements)
})
