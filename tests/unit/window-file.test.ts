// session.json: what is written is read back, whatever the texts hold, and fields of newer versions survive.
import { expect, test } from '@jest/globals'
import type { SessionRecord } from '../../src/sessions/session-ledger.ts'
import { readWindowFile, writeWindowFile } from '../../src/sessions/window-file.ts'

const RECORD: SessionRecord = {
  session_id: 's-1',
  scope: 'person:p-1',
  chat_id: '1@c.us',
  state: 'active',
  created_at: 0,
  last_active: 1000,
  messages: 2,
  attempts: 0,
  close_reason: undefined,
  closed_at: undefined,
  next_attempt_at: undefined,
  archived_to: undefined,
}

const message = (message_id: string, content: string) => ({
  message_id,
  role: 'user' as const,
  content,
  person_id: 'p-1',
  tokens: 3,
  timestamp: 1_700_000_000_123,
  sender_name: undefined,
})

test('a window is read back as it was written', () => {
  const window = [message('a', 'line one\nline two'), message('b', '"messages": [], }\n} $& \u2028')]
  const unknown = { later: { nested: ['kept'] } }

  const text = writeWindowFile(RECORD, { window, message_counter: 2, unknown })

  expect(readWindowFile(text)).toEqual({ window, message_counter: 2, unknown })
  expect(text.split('\n').filter(line => line.includes('"message_id"'))).toHaveLength(window.length)
})

test('an empty window is a valid file', () => {
  const empty = { window: [], message_counter: 0, unknown: {} }
  expect(readWindowFile(writeWindowFile(RECORD, empty))).toEqual(empty)
})

test('a message that was edited is written with its new text', () => {
  const before = message('a', 'before')
  const write = (content: string) =>
    writeWindowFile(RECORD, { window: [{ ...before, content }], message_counter: 1, unknown: {} })
  write('before')
  expect(readWindowFile(write('after')).window[0]?.content).toBe('after')
})
