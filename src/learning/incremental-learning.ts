/**
 * Learns from long sessions while they run, each time a session has enough new messages for one request. So facts from
 * a conversation that never ends are known in other chats, and the end of a session costs one request.
 */
import type { ChatId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import { lru } from '../platform/lru.ts'
import type { WindowMessage } from '../sessions/session.ts'
import type { OpenedSession, Session, Sessions } from '../sessions/sessions.ts'
import { CHUNK_MESSAGES } from './chunks.ts'
import type { Learner } from './learner.ts'

/** Sessions whose messages are counted in memory; the count of any other session is read again. */
const MAX_COUNTED = 10_000

/** Sessions that report when enough messages are unprocessed; every call is passed on to the wrapped `Sessions`. */
export class LearningSessions implements Sessions {
  readonly #sessions: Sessions
  readonly #learner: Pick<Learner, 'unprocessedCount'>
  readonly #onDue: (session_id: string) => void
  readonly #counts = lru<string, number>(MAX_COUNTED)

  /** @param onDue called with a session that has enough unprocessed messages */
  constructor(sessions: Sessions, learner: Pick<Learner, 'unprocessedCount'>, onDue: (session_id: string) => void) {
    this.#sessions = sessions
    this.#learner = learner
    this.#onDue = onDue
  }

  async append(session_id: string, messages: readonly WindowMessage[]): Promise<Session> {
    const session = await this.#sessions.append(session_id, messages)
    await this.#count(session_id, messages)
    return session
  }

  async open(scope: Scope, chat_id: ChatId): Promise<OpenedSession> {
    return await this.#sessions.open(scope, chat_id)
  }

  async save(session_id: string, max_tokens: number): Promise<void> {
    await this.#sessions.save(session_id, max_tokens)
  }

  async lastSaid(scope: Scope, person_id: PersonId): Promise<string | undefined> {
    return await this.#sessions.lastSaid(scope, person_id)
  }

  async refresh(session_id: string): Promise<void> {
    await this.#sessions.refresh(session_id)
  }

  release(session_id: string): void {
    this.#sessions.release(session_id)
  }

  async #count(session_id: string, messages: readonly WindowMessage[]): Promise<void> {
    const before = this.#counts.get(session_id)
    const added = messages.filter(message => message.role === 'user').length
    const count = before === undefined ? await this.#learner.unprocessedCount(session_id) : before + added
    const due = count >= CHUNK_MESSAGES
    if (due) this.#onDue(session_id)
    this.#counts.set(session_id, due ? 0 : count)
  }
}
