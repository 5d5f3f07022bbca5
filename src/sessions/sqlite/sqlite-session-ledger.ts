/** The session ledger in SQLite. */
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import type { ChatId } from '../../messages/message.ts'
import { scopeOfPerson, type Scope } from '../../messages/scope.ts'
import type { ErasureBounds } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import type { LedgerData } from '../personal-sessions.ts'
import type { CloseReason, SessionLedger, SessionRecord, SessionTransfers } from '../session-ledger.ts'
import { SESSION_STATES, type SessionPage, type SessionState } from '../session.ts'

type SessionRow = { [K in keyof SessionRecord]: Exclude<SessionRecord[K], undefined> | null }

const toRecord = (row: SessionRow): SessionRecord => ({
  ...(row as SessionRecord),
  close_reason: row.close_reason ?? undefined,
  closed_at: row.closed_at ?? undefined,
  next_attempt_at: row.next_attempt_at ?? undefined,
  archived_to: row.archived_to ?? undefined,
})

export class SqliteSessionLedger implements SessionLedger, SessionTransfers, LedgerData {
  readonly name = 'sessions'
  /** A session belongs to a scope; the people of a group's session are those of its messages. */
  readonly tables = ['sessions']
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async create({
    session_id,
    scope,
    chat_id,
    at,
  }: {
    readonly session_id: string
    readonly scope: Scope
    readonly chat_id: ChatId
    readonly at: number
  }): Promise<SessionRecord> {
    this.#database.run(
      `insert into sessions (session_id, scope, chat_id, state, created_at, last_active)
       values (:session_id, :scope, :chat_id, 'active', :at, :at)`,
      { session_id, scope, chat_id, at },
    )
    return this.#find(session_id) as SessionRecord
  }

  async active(scope: Scope): Promise<SessionRecord | undefined> {
    return this.#active(scope)
  }

  async find(session_id: string): Promise<SessionRecord | undefined> {
    return this.#find(session_id)
  }

  async touch(session_id: string, added: number, at: number): Promise<void> {
    // No flush is needed: the messages themselves are on disk already, or will be with the reply; only the count may be
    // late.
    this.#database.unflushed(() => {
      this.#update(session_id, 'messages = messages + :added, last_active = :at', { added, at })
    })
  }

  async close(session_id: string, reason: CloseReason, at: number): Promise<boolean> {
    return this.#close(session_id, reason, at)
  }

  async idle(before: number, after = Infinity): Promise<readonly SessionRecord[]> {
    return this.#select(
      `where state = 'active' and (last_active <= :before or last_active >= :after) order by last_active`,
      { before, after },
    )
  }

  async ofScope(scope: Scope): Promise<readonly SessionRecord[]> {
    return this.#select('where scope = :scope order by created_at', { scope })
  }

  async forget(session_id: string): Promise<void> {
    this.#database.run('delete from sessions where session_id = :session_id', { session_id })
  }

  async list({ limit, before, state, scope }: SessionPage): Promise<readonly SessionRecord[]> {
    return this.#select(
      `where (:state = '' or state = :state) and (:scope = '' or scope = :scope)
         and (:before = '' or (last_active, session_id) <
           (select last_active, session_id from sessions
             where session_id = :before and (:scope = '' or scope = :scope)))
       order by last_active desc, session_id desc limit :limit`,
      { limit, before: before ?? '', state: state ?? '', scope: scope ?? '' },
    )
  }

  async counts(): Promise<Readonly<Record<SessionState, number>>> {
    const rows = this.#database.all<{ state: SessionState; n: number }>(
      'select state, count(*) n from sessions group by state',
    )
    const counts = SESSION_STATES.map(state => [state, rows.find(row => row.state === state)?.n ?? 0])
    return Object.fromEntries(counts) as Record<SessionState, number>
  }

  async endedSince(since: number): Promise<{ readonly expired: number; readonly reset: number }> {
    const counts = this.#database.get<{ expired: number; reset: number }>(
      `select count(*) filter (where close_reason = 'expired') as expired,
           count(*) filter (where close_reason = 'reset') as reset
         from sessions where closed_at >= :since`,
      { since },
    )
    return counts ?? { expired: 0, reset: 0 }
  }

  async waiting(at: number, longest_wait_ms = Infinity): Promise<readonly SessionRecord[]> {
    return this.#select(
      `where state = 'closed' and (next_attempt_at <= :at or next_attempt_at > :latest) order by last_active`,
      { at, latest: at + longest_wait_ms },
    )
  }

  async archived(session_id: string, archived_to: string): Promise<void> {
    this.#update(session_id, 'archived_to = :archived_to', { archived_to })
  }

  async stored(session_id: string, at: number): Promise<void> {
    this.#update(session_id, `state = 'stored', next_attempt_at = null, closed_at = coalesce(closed_at, :at)`, { at })
  }

  async failed(session_id: string, next_attempt_at: number | undefined): Promise<void> {
    this.#update(session_id, 'attempts = attempts + 1, state = :state, next_attempt_at = :next_attempt_at', {
      state: next_attempt_at === undefined ? 'dead' : 'closed',
      next_attempt_at: next_attempt_at ?? null,
    })
  }

  async postponed(session_id: string, next_attempt_at: number): Promise<void> {
    this.#update(session_id, 'next_attempt_at = :next_attempt_at', { next_attempt_at })
  }

  async reopen(session_id: string, at: number): Promise<boolean> {
    const reopened = this.#database.run(
      `update sessions set state = 'closed', attempts = 0, next_attempt_at = :at
       where session_id = :session_id and state in ('stored', 'purged')`,
      { session_id, at },
    )
    return reopened > 0
  }

  async purgeable(before: number): Promise<readonly SessionRecord[]> {
    return this.#select(`where state = 'stored' and last_active < :before order by last_active`, { before })
  }

  async purged(session_id: string): Promise<void> {
    this.#update(session_id, `state = 'purged', archived_to = null`)
  }

  async count(person_id: PersonId, { sessions = [] }: ErasureBounds = {}): Promise<number> {
    return this.#select('where scope = :scope and session_id not in (select value from json_each(:stays))', {
      scope: scopeOfPerson(person_id),
      stays: JSON.stringify(sessions),
    }).length
  }

  async reassign(from_id: PersonId, to_id: PersonId): Promise<void> {
    const [from, to] = [scopeOfPerson(from_id), scopeOfPerson(to_id)]
    this.#database.transaction(() => {
      const [left, right] = [this.#active(from), this.#active(to)]
      // Two running conversations cannot be merged into one window: the one that was idle longer ends and is
      // remembered.
      if (left !== undefined && right !== undefined) {
        const [older, newer] = left.last_active <= right.last_active ? [left, right] : [right, left]
        this.#close(older.session_id, 'merged', newer.last_active)
      }
      this.#database.run('update sessions set scope = :to where scope = :from', { from, to })
    })
  }

  #select(where: string, parameters: Parameters): SessionRecord[] {
    return this.#database.all<SessionRow>(`select * from sessions ${where}`, parameters).map(toRecord)
  }

  #find(session_id: string): SessionRecord | undefined {
    return this.#select('where session_id = :session_id', { session_id })[0]
  }

  #active(scope: Scope): SessionRecord | undefined {
    return this.#select(`where scope = :scope and state = 'active'`, { scope })[0]
  }

  #update(session_id: string, changes: string, parameters: Parameters = {}): void {
    this.#database.run(`update sessions set ${changes} where session_id = :session_id`, { session_id, ...parameters })
  }

  #close(session_id: string, reason: CloseReason, at: number): boolean {
    const closed = this.#database.run(
      `update sessions set state = 'closed', close_reason = :reason, closed_at = :at, next_attempt_at = :at
       where session_id = :session_id and state = 'active'`,
      { session_id, reason, at },
    )
    return closed > 0
  }
}
