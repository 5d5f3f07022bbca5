// A person with a long past, written straight into the tables: what a year of talk leaves behind.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stores } from '../../src/app/stores.ts'
import { PLAIN_MEMORY } from '../../src/memory/memory.ts'
import { makePrivateFolder } from '../../src/platform/files.ts'
import type { Scope } from '../../src/messages/scope.ts'

/** A word that stands in everything of the person, and nowhere else. */
export const MARK = 'Xylographica'
const MINUTE = 60_000
const MESSAGES_OF_SESSION = 50
const GROUP: Scope = 'chat:900@g.us'

export interface LargePast {
  readonly phone: string
  /** Messages of the person, replies to them included; every tenth in a group that others write in too. */
  readonly messages: number
  readonly memories: number
  readonly now: number
}

/** Sessions of many days. */
const archiveOf = (session_id: string): string => `expired/day-${session_id.slice(-2)}/${session_id}`

/** Fills stores that nobody else has open. Gives the person's id. */
export const fillPast = async (stores: Stores, sessions_folder: string, past: LargePast): Promise<string> => {
  const { database } = stores
  const { person_id } = await stores.people.resolve({ identities: [{ kind: 'phone', value: past.phone }], name: MARK })
  const other = await stores.people.resolve({ identities: [{ kind: 'phone', value: '15550009999' }], name: 'Ben' })
  const own: Scope = `person:${person_id}`
  const sessions = new Map<string, { scope: Scope; texts: string[] }>()
  const insert = (n: number): void => {
    const group = n % 10 === 0
    const scope = group ? GROUP : own
    const chat_id = group ? GROUP.slice('chat:'.length) : `${past.phone}@c.us`
    const session_id = `${group ? 'group' : 'own'}-${String(Math.floor(n / MESSAGES_OF_SESSION))}`
    const at = past.now - (past.messages - n) * MINUTE
    const speaker = group && n % 20 === 0 ? other.person_id : person_id
    const role = !group && n % 2 === 1 ? 'assistant' : 'user'
    const text =
      speaker === person_id ? `${MARK} said thing number ${String(n)}` : `Ben keeps thing number ${String(n)}`
    const session = sessions.get(session_id) ?? { scope, texts: [] }
    session.texts.push(text)
    sessions.set(session_id, session)
    database.run(
      `insert into messages (message_id, chat_id, chat_kind, scope, person_id, role, text, tokens, sent_at, session_id)
       values (:id, :chat_id, :kind, :scope, :speaker, :role, :text, 6, :at, :session_id)`,
      {
        id: `past-${String(n)}`,
        chat_id,
        kind: group ? 'group' : 'direct',
        scope,
        speaker,
        role,
        text,
        at,
        session_id,
      },
    )
    database.run(
      `insert into inbox (message_id, chat_id, chat_kind, scope, person_id, addressed, state, sent_at, received_at)
       values (:id, :chat_id, :kind, :scope, :speaker, 1, 'answered', :at, :at)`,
      { id: `past-${String(n)}`, chat_id, kind: group ? 'group' : 'direct', scope, speaker, at },
    )
  }
  database.transaction(() => {
    for (let n = 1; n <= past.messages; n++) insert(n)
    for (const [session_id, { scope, texts }] of sessions) {
      database.run(
        `insert into sessions (session_id, scope, chat_id, state, created_at, last_active, messages, archived_to)
         values (:session_id, :scope, 'chat', 'stored', :now, :now, :n, :archived_to)`,
        { session_id, scope, now: past.now, n: texts.length, archived_to: archiveOf(session_id) },
      )
    }
  })
  for (const [session_id, { texts }] of sessions) {
    const folder = join(sessions_folder, archiveOf(session_id))
    await makePrivateFolder(folder)
    await writeFile(join(folder, 'session.json'), JSON.stringify({ messages: texts.map(content => ({ content })) }))
  }
  for (let n = 1; n <= past.memories; n++) {
    const said = past.now - n * MINUTE
    await stores.memories.add({
      ...PLAIN_MEMORY,
      memory_id: `past-memory-${String(n)}`,
      scope: n % 10 === 0 ? GROUP : own,
      person_ids: [person_id],
      kind: 'fact',
      text: `${MARK} keeps fact number ${String(n)}`,
      quote: `${MARK} said thing number ${String(n)}`,
      sources: [`past-${String(n)}`],
      session_id: undefined,
      said_from: said,
      said_to: said,
      valid_from: said,
      created_at: said,
    })
  }
  return person_id
}
