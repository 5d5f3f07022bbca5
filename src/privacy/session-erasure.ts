/** Removes deleted messages from session files, and searches for traces in them. */
import type { MessageId } from '../messages/message.ts'
import { scopeOfPerson, type Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import type { SessionFolders } from '../sessions/session-folders.ts'
import type { SessionLedger } from '../sessions/session-ledger.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Failures } from './failures.ts'

/** A session that is still active, so that a running turn may write its file once more. */
export interface ActiveSession {
  readonly scope: Scope
  readonly session_id: string
}

/** Paths of a session's files. */
type SessionFiles = Pick<NonNullable<Awaited<ReturnType<SessionLedger['find']>>>, 'session_id' | 'archived_to'>

export interface SessionErasureDeps {
  readonly sessions: Pick<Sessions, 'refresh' | 'release'>
  readonly ledger: Pick<SessionLedger, 'ofScope' | 'find'>
  readonly folders: Pick<SessionFolders, 'texts'>
  /** Called when sessions lost messages, with the active ones: they are rewritten again after their turns. */
  readonly sessionsChanged: (active: readonly ActiveSession[]) => void
}

/**
 * The messages in the text of a session's file, which may be damaged. A reply that stays may name the message that it
 * replies to.
 */
const messagesIn = (text: string): readonly MessageId[] =>
  Array.from(text.matchAll(/"message_id":\s*"([^"]*)"/g), ([, id = '']) => id)

export class SessionErasure {
  readonly #deps: SessionErasureDeps

  constructor(deps: SessionErasureDeps) {
    this.#deps = deps
  }

  /** The sessions of a person's direct chats. */
  async ofPerson(person_id: PersonId): Promise<readonly string[]> {
    return (await this.#deps.ledger.ofScope(scopeOfPerson(person_id))).map(each => each.session_id)
  }

  /** Drops the cached windows of sessions. @returns the paths of the files of those that exist */
  async release(session_ids: readonly string[]): Promise<readonly SessionFiles[]> {
    const { ledger, sessions } = this.#deps
    const found: SessionFiles[] = []
    for (const session_id of session_ids) {
      sessions.release(session_id)
      const session = await ledger.find(session_id)
      if (session !== undefined) found.push(session)
    }
    return found
  }

  /** Rewrites the files of sessions; one that fails does not hold up the others. @returns the active ones */
  async refresh(session_ids: readonly string[], failures: Failures): Promise<readonly ActiveSession[]> {
    const { ledger, sessions } = this.#deps
    const active: ActiveSession[] = []
    for (const session_id of session_ids) {
      const session = await ledger.find(session_id)
      if (session === undefined) continue
      await failures.attempt(() => sessions.refresh(session_id))
      if (session.state === 'active') active.push({ scope: session.scope, session_id })
    }
    return active
  }

  announce(active: readonly ActiveSession[]): void {
    this.#deps.sessionsChanged(active)
  }

  /** How many texts in the files of these sessions contain one of these messages. */
  async residue(session_ids: readonly string[], message_ids: readonly MessageId[]): Promise<number> {
    const { folders, ledger } = this.#deps
    const wanted = new Set(message_ids)
    let found = 0
    for (const session_id of session_ids) {
      const texts = await folders.texts(session_id, (await ledger.find(session_id))?.archived_to)
      found += texts.filter(text => messagesIn(text).some(id => wanted.has(id))).length
    }
    return found
  }

  /** How many texts are left in files of those sessions that no longer exist. */
  async textsLeft(sessions: readonly SessionFiles[]): Promise<number> {
    const { folders, ledger } = this.#deps
    let found = 0
    for (const { session_id, archived_to } of sessions) {
      if ((await ledger.find(session_id)) !== undefined) continue
      found += (await folders.texts(session_id, archived_to)).length
    }
    return found
  }
}
