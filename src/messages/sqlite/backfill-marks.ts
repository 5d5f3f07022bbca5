import type { Database } from '../../database/sqlite/database.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { ChatId, MessageId } from '../message.ts'
import type { MessageStore } from '../message-store.ts'

/**
 * A message of ours is written by the page within this time after its sending began; its time is in whole seconds, so
 * it may also seem a little older.
 */
const WRITTEN_WITHIN_MS = MINUTE_MS
const WRITTEN_BEFORE_MS = 2 * SECOND_MS

/** What is as close as this to the end of what was heard is looked at again by a channel, and must stay known. */
const LOOKED_AT_AGAIN_MS = 2 * DAY_MS

/** Rows removed in one transaction; others come in between. */
const ROWS_AT_ONCE = 500

/** How far each chat has been heard, what is known of it by then, and what of that need not be known any more. */
export const createHeardRows = (
  database: Database,
): Pick<MessageStore, 'known' | 'recordedUntil' | 'markHeard' | 'originOf' | 'prune'> & {
  /** Like `markHeard`, inside the transaction that is open. */
  markNow(chat_id: ChatId, until: number): void
} => {
  const markNow = (chat_id: ChatId, until: number): void => {
    database.run(
      `insert into heard_until (chat_id, until) values (:chat_id, :until)
       on conflict (chat_id) do update set until = excluded.until where excluded.until > until`,
      { chat_id, until },
    )
  }

  const isPart = (message_id: MessageId): boolean =>
    database.get('select 1 from outbox_parts where message_id = :message_id', { message_id }) !== undefined

  const recorded = (message_ids: readonly MessageId[]): readonly MessageId[] =>
    database
      .all<{ message_id: MessageId }>(
        'select message_id from inbox where message_id in (select value from json_each(:ids))',
        { ids: JSON.stringify(message_ids) },
      )
      .map(({ message_id }) => message_id)

  /** Gives the message to the part that it must be: one of its chat that was being sent as it was written. */
  const adopt = (message_id: MessageId, chat_id: ChatId, sent_at: number): boolean => {
    const part = database.get<{ outbox_id: string; part: number }>(
      `select p.outbox_id, p.part from outbox_parts p join outbox o using (outbox_id)
       where p.state = 'unconfirmed' and p.message_id is null and p.begun_at between :earliest and :latest
         and o.chat_id = :chat_id
       order by p.begun_at limit 1`,
      { chat_id, earliest: sent_at - WRITTEN_WITHIN_MS, latest: sent_at + WRITTEN_BEFORE_MS },
    )
    if (part === undefined) return false
    const { outbox_id } = part
    database.run('update outbox_parts set message_id = :message_id where outbox_id = :outbox_id and part = :part', {
      message_id,
      outbox_id,
      part: part.part,
    })
    return true
  }

  /** Runs a statement that removes at most `:most` rows until none is left. */
  const removeAll = async (sql: string, before: number): Promise<number> => {
    let removed = 0
    for (;;) {
      const now = database.run(sql, { before, margin: LOOKED_AT_AGAIN_MS, most: ROWS_AT_ONCE })
      removed += now
      if (now < ROWS_AT_ONCE) return removed
      await yieldToEventLoop()
    }
  }

  return {
    markNow,
    markHeard: async (chat_id, until) => {
      markNow(chat_id, until)
    },

    recordedUntil: async chat_ids =>
      new Map(
        database
          .all<{ chat_id: ChatId; until: number }>(
            'select chat_id, until from heard_until where chat_id in (select value from json_each(:ids))',
            { ids: JSON.stringify(chat_ids) },
          )
          .map(({ chat_id, until }) => [chat_id, until]),
      ),

    known: async message_ids => new Set(recorded(message_ids)),

    // Of an absence most are known: these are told by reading alone. From there to the write nothing else runs.
    originOf: async ({ message_id, chat_id, sent_at }) => {
      if (isPart(message_id)) return 'ours'
      if (recorded([message_id]).length > 0) return 'known'
      return adopt(message_id, chat_id, sent_at) ? 'ours' : 'new'
    },

    prune: async before => {
      // The newest message of a chat stays, as the proof that somebody wrote there.
      const messages = await removeAll(
        `delete from inbox where rowid in (
           select i.rowid from inbox i join heard_until h using (chat_id)
           where i.state <> 'received' and i.received_at < :before and i.sent_at < h.until - :margin
             and exists (select 1 from inbox n where n.chat_id = i.chat_id and n.sent_at > i.sent_at)
           limit :most)`,
        before,
      )
      const replies = await removeAll(
        `delete from outbox where rowid in (
           select o.rowid from outbox o join heard_until h using (chat_id)
           where o.state in ('sent', 'unconfirmed', 'failed') and o.settled_at < :before
             and o.settled_at < h.until - :margin
           limit :most)`,
        before,
      )
      return messages + replies
    },
  }
}
