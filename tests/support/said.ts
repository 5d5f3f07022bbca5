// Messages in a store, as the pipeline leaves them, without the pipeline.
import type { Database } from '../../src/database/sqlite/database.ts'
import { kindOfIncoming } from '../../src/messages/message-kind.ts'
import type { Scope } from '../../src/messages/scope.ts'

export interface Said {
  readonly message_id: string
  readonly text: string
  readonly scope?: Scope
  readonly session_id?: string | null
  readonly role?: 'user' | 'assistant'
  readonly sender_name?: string | null
  readonly sent_at?: number
}

/** Puts messages into `messages`, in one transaction. */
export const sayAll = (database: Database, said: readonly Said[]): void => {
  database.transaction(() => {
    for (const each of said) {
      const scope = each.scope ?? 'person:a'
      database.run(
        `insert into messages
           (message_id, chat_id, chat_kind, scope, person_id, role, kind, sender_name, text, tokens, sent_at, session_id)
         values (:message_id, :chat_id, :chat_kind, :scope, :person_id, :role, :kind, :sender_name, :text, 1, :sent_at,
           :session_id)`,
        {
          message_id: each.message_id,
          scope,
          role: each.role ?? 'user',
          kind: kindOfIncoming(each),
          text: each.text,
          chat_id: `chat of ${scope}`,
          chat_kind: scope.startsWith('chat:') ? 'group' : 'direct',
          person_id: scope.replace(/^person:/, ''),
          sender_name: each.sender_name ?? null,
          sent_at: each.sent_at ?? 0,
          session_id: each.session_id === undefined ? `session of ${scope}` : each.session_id,
        },
      )
    }
  })
}
