/** A data folder whose sessions ended as summaries (v1): some with their messages, some without. */
import type { Stores } from '../../../src/app/stores.ts'
import { PLAIN_MEMORY, type MemoryKind } from '../../../src/memory/memory.ts'
import type { Scope } from '../../../src/messages/scope.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const PEOPLE = ['15550001111', '15550002222', '15550003333']
const SESSIONS_OF_PERSON = 4
const STATEMENTS = [
  (n: number) => `My dog is called Rex${String(n)}`,
  (n: number) => `I prefer tea number ${String(n)} in the morning`,
  () => 'what do you think of it?',
  (n: number) => `I live in town ${String(n)}`,
  (n: number) => `My sister is called Dana${String(n)}`,
]

interface Ended {
  readonly session_id: string
  readonly scope: Scope
  readonly person_id: string
  readonly at: number
}

/** Writes them into stores that nobody else has open. Times lie in the past. */
export const fillOldMemory = async (stores: Stores, now: number): Promise<void> => {
  for (const [who, phone] of PEOPLE.entries()) {
    const { person_id } = await stores.people.resolve({ identities: [{ kind: 'phone', value: phone }] })
    for (let n = 0; n < SESSIONS_OF_PERSON; n++) {
      const session_id = `old-${String(who)}-${String(n)}`
      const at = now - (60 - who * SESSIONS_OF_PERSON - n) * DAY_MS
      const ended = { session_id, scope: `person:${person_id}` as const, person_id, at }
      // The messages of every third session are gone.
      if (n % 3 !== 2) insertMessages(stores, ended, phone, who * SESSIONS_OF_PERSON + n)
      const statements = STATEMENTS.map(of => `- ${of(n)}`).join('\n')
      const kind = n === 2 && who === 1 ? 'session_transcript' : 'session_summary'
      await stores.memories.add(summaryOf(ended, kind, `Key facts:\n${statements}`))
    }
    await stores.memories.add({
      ...summaryOf(
        { session_id: '', scope: `person:${person_id}`, person_id, at: now - DAY_MS },
        'explicit',
        'Keep it',
      ),
      memory_id: `asked-${String(who)}`,
      session_id: undefined,
    })
  }
}

const summaryOf = ({ session_id, scope, person_id, at }: Ended, kind: MemoryKind, text: string) => ({
  ...PLAIN_MEMORY,
  memory_id: `summary-${session_id}`,
  scope,
  person_ids: [person_id],
  kind,
  text,
  session_id,
  said_from: at,
  said_to: at + MINUTE_MS,
  valid_from: at,
  created_at: at + MINUTE_MS,
})

const insertMessages = ({ database }: Stores, ended: Ended, phone: string, number: number): void => {
  const { session_id, scope, person_id, at } = ended
  const chat_id = `${phone}@c.us`
  database.transaction(() => {
    for (const [n, of] of STATEMENTS.entries()) {
      database.run(
        `insert into messages (message_id, chat_id, chat_kind, scope, person_id, role, text, tokens, sent_at, session_id)
         values (:id, :chat_id, 'direct', :scope, :person_id, 'user', :text, 6, :at, :session_id)`,
        { id: `${session_id}-${String(n)}`, chat_id, scope, person_id, text: of(number), at: at + n, session_id },
      )
    }
    database.run(
      `insert into sessions (session_id, scope, chat_id, state, created_at, last_active, messages, archived_to)
       values (:session_id, :scope, :chat_id, 'stored', :at, :at, :n, :archived_to)`,
      { session_id, scope, chat_id, at, n: STATEMENTS.length, archived_to: `expired/old/${session_id}` },
    )
  })
}
