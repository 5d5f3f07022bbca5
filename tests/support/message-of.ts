// One message of a person, as the store gives it.
import { kindOfIncoming } from '../../src/messages/message-kind.ts'
import type { MessageRecord } from '../../src/messages/message.ts'

/** A message of Dana, with what a test says of it. */
export const messageOf = (text: string, more: Partial<MessageRecord> = {}): MessageRecord => ({
  message_id: 'm1',
  chat_id: 'c',
  chat_kind: 'direct',
  scope: 'person:p',
  person_id: 'p',
  role: 'user',
  kind: kindOfIncoming({ text }),
  learning_opt_out: false,
  sender_name: 'Dana',
  text,
  tokens: 5,
  sent_at: Date.parse('2026-11-20'),
  session_id: 's',
  ...more,
})
