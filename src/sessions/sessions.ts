/** Short-term memory: opens, fills and saves the running session of each scope. */
import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { ChatId } from '../messages/message.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import type { SessionFolders } from './session-folders.ts'
import { isOver, type SessionLedger, type SessionRecord } from './session-ledger.ts'
import { SessionWindows } from './session-windows.ts'
import type {
  SessionBrowser,
  SessionDetails,
  SessionPage,
  SessionState,
  SessionSummary,
  WindowMessage,
} from './session.ts'
import { windowTokens } from './window.ts'

/** A running conversation; a request to the model contains its window. */
export interface Session {
  readonly session_id: string
  readonly window: readonly WindowMessage[]
}

/** An opened session, and whether it ended another one. */
export interface OpenedSession extends Session {
  /** When it began, in milliseconds since the Unix epoch; `Infinity` if nothing is remembered. */
  readonly began_at: number
  /** The previous conversation was over: it waits to be moved into long-term memory. */
  readonly ended_another: boolean
}

/**
 * Short-term memory: one running session per scope. Calls for one scope must not overlap: its queue makes sure of that.
 */
export interface Sessions {
  /** The running session of a scope; a new one if there is none, or if its last message is too old. */
  open(scope: Scope, chat_id: ChatId): Promise<OpenedSession>
  /** Adds messages to the window. A message that is already in it is not added again. */
  append(session_id: string, messages: readonly WindowMessage[]): Promise<Session>
  /**
   * Ends the work on a session: above `max_tokens` the oldest messages leave the window, and `session.json` is updated.
   * A failure to write it is only logged, because the messages are the truth.
   */
  save(session_id: string, max_tokens: number): Promise<void>
  /** A person's last message in the running session of a scope, or in an earlier one, if any. */
  lastSaid(scope: Scope, person_id: PersonId): Promise<string | undefined>
  /** Rebuilds a session from its messages, some of which were changed. */
  refresh(session_id: string): Promise<void>
  /** Drops a session's cached window; the next use reads it from disk. */
  release(session_id: string): void
}

export interface SessionsDeps {
  readonly ledger: SessionLedger
  readonly folders: SessionFolders
  readonly messages: Pick<MessageStore, 'history'>
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
  /** Milliseconds without a message after which a conversation is over; at exactly this age it is over. */
  readonly timeout_ms: number
}

/** The messages among `added` that a window does not contain yet. */
const missingIn = (window: readonly WindowMessage[], added: readonly WindowMessage[]): readonly WindowMessage[] =>
  added.filter(({ message_id }) => !window.some(message => message.message_id === message_id))

/** Sessions over a ledger in SQLite and one readable file each. */
export const createSessions = (deps: SessionsDeps): Sessions & SessionBrowser => new LedgerSessions(deps)

class LedgerSessions implements Sessions, SessionBrowser {
  readonly #deps: SessionsDeps
  readonly #ledger: SessionLedger
  readonly #windows: SessionWindows
  readonly #logger: Logger

  constructor(deps: SessionsDeps) {
    const { folders, messages, clock, metrics } = deps
    this.#deps = deps
    this.#ledger = deps.ledger
    this.#logger = deps.logger.for('session')
    this.#windows = new SessionWindows({
      folders,
      ledger: deps.ledger,
      history: messages.history,
      clock,
      metrics,
      logger: this.#logger,
    })
  }

  async open(scope: Scope, chat_id: ChatId): Promise<OpenedSession> {
    const now = this.#deps.clock.now()
    let session = await this.#ledger.active(scope)
    const ended_another = session !== undefined && isOver(session, now, this.#deps.timeout_ms)
    if (session !== undefined && ended_another) {
      await this.#ledger.close(session.session_id, 'expired', now)
      this.#deps.metrics.add('sessions_ended_total', { reason: 'expired' })
      this.release(session.session_id)
      session = undefined
    }
    session ??= await this.#begin(scope, chat_id)
    const { session_id, created_at: began_at } = session
    const { window } = await this.#windows.load(session_id)
    return { session_id, began_at, window, ended_another }
  }

  async append(session_id: string, added: readonly WindowMessage[]): Promise<Session> {
    const before = await this.#windows.load(session_id)
    const fresh = missingIn(before.window, added)
    // A reply already belongs to its session when it is stored.
    const from_persons = fresh.filter(message => message.role === 'user')
    await this.#deps.messages.history.assign(
      session_id,
      from_persons.map(message => message.message_id),
    )
    await this.#ledger.touch(session_id, fresh.length, this.#deps.clock.now())
    // A turn under another identity of the person may have added to it meanwhile, and an erasure may have dropped it.
    const now = await this.#windows.load(session_id)
    const missing = now.window === before.window ? fresh : missingIn(now.window, fresh)
    const window = [...now.window, ...missing]
    this.#windows.keep(session_id, { ...now, window, message_counter: now.message_counter + missing.length })
    for (const { message_id } of fresh) this.#logger.info(`Added message to session: ${message_id}`)
    return { session_id, window }
  }

  async save(session_id: string, max_tokens: number): Promise<void> {
    await this.#windows.write(session_id, max_tokens)
  }

  async lastSaid(scope: Scope, person_id: PersonId): Promise<string | undefined> {
    const session = await this.#ledger.active(scope)
    const { window } = session === undefined ? { window: [] } : await this.#windows.load(session.session_id)
    const said = window.findLast(message => message.role === 'user' && message.person_id === person_id)?.content
    return said ?? (await this.#deps.messages.history.lastSaid(scope, person_id))
  }

  async refresh(session_id: string): Promise<void> {
    await this.#windows.rewrite(session_id)
  }

  release(session_id: string): void {
    this.#windows.release(session_id)
  }

  list(page: SessionPage): Promise<readonly SessionSummary[]> {
    return this.#ledger.list(page)
  }

  async show(session_id: string): Promise<SessionDetails | undefined> {
    const session = await this.#ledger.find(session_id)
    if (session === undefined) return undefined
    const { window } =
      session.state === 'active' ? await this.#windows.load(session_id) : await this.#windows.rebuild(session_id)
    return { ...session, window, window_tokens: windowTokens(window) }
  }

  counts(): Promise<Readonly<Record<SessionState, number>>> {
    return this.#ledger.counts()
  }

  async #begin(scope: Scope, chat_id: ChatId): Promise<SessionRecord> {
    const { ids, clock } = this.#deps
    const session = await this.#ledger.create({ session_id: ids.uuid(), scope, chat_id, at: clock.now() })
    this.#logger.info(`Session created: ${session.session_id}`)
    return session
  }
}
