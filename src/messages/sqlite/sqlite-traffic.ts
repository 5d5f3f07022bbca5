/** Counts and retention of the records of inbox and outbox, in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { INBOX_STATES } from '../inbox-store.ts'
import type { RecentChat, TrafficStore } from '../message-store.ts'
import { OUTBOX_STATES } from '../outbox-store.ts'

/** A channel rereads messages that are this close to a chat's mark, so their ids must stay known. */
const LOOKED_AT_AGAIN_MS = 2 * DAY_MS

/** Rows removed in one transaction, so that other work can run in between. */
const ROWS_AT_ONCE = 500

/** The newest message of a chat stays, as proof that a person wrote there. */
const PRUNE_INBOX = `
  delete from inbox where rowid in (
    select i.rowid from inbox i join heard_until h using (chat_id)
    where i.state <> 'received' and i.received_at < :before and i.sent_at < h.until - :margin
      and exists (select 1 from inbox n where n.chat_id = i.chat_id and n.sent_at > i.sent_at)
    limit :most)`

const PRUNE_OUTBOX = `
  delete from outbox where rowid in (
    select o.rowid from outbox o join heard_until h using (chat_id)
    where o.state in ('sent', 'unconfirmed', 'failed') and o.settled_at < :before
      and o.settled_at < h.until - :margin
    limit :most)`

/** Runs a statement that removes at most `:most` rows until none is left. */
const removeAll = async (database: Database, sql: string, before: number): Promise<number> => {
  let removed = 0
  for (;;) {
    const now = database.run(sql, { before, margin: LOOKED_AT_AGAIN_MS, most: ROWS_AT_ONCE })
    removed += now
    if (now < ROWS_AT_ONCE) return removed
    await yieldToEventLoop()
  }
}

const countStates = <S extends string>(
  database: Database,
  table: 'inbox' | 'outbox',
  states: readonly S[],
): Record<S, number> => {
  const rows = database.all<{ state: S; n: number }>(`select state, count(*) n from ${table} group by state`)
  return Object.fromEntries(states.map(state => [state, rows.find(row => row.state === state)?.n ?? 0])) as Record<
    S,
    number
  >
}

export const createSqliteTraffic = (database: Database): TrafficStore => ({
  counts: async () => ({
    messages: database.get<{ n: number }>('select count(*) n from messages')?.n ?? 0,
    ratings: database.get<{ up: number; down: number }>(
      'select count(*) filter (where value > 0) up, count(*) filter (where value < 0) down from ratings',
    ) ?? { up: 0, down: 0 },
    inbox: countStates(database, 'inbox', INBOX_STATES),
    outbox: countStates(database, 'outbox', OUTBOX_STATES),
  }),

  // Texts that programs passed on have no chat.
  chats: async limit =>
    database.all<RecentChat>(
      `select chat_id, chat_kind, scope, max(sent_at) as last_at, count(*) as count from inbox
       where chat_id not like 'told:%' group by chat_id, scope order by last_at desc, chat_id limit :limit`,
      { limit },
    ),

  prune: async before =>
    (await removeAll(database, PRUNE_INBOX, before)) + (await removeAll(database, PRUNE_OUTBOX, before)),
})
