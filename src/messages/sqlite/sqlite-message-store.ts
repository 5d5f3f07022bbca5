import type { Database } from '../../database/sqlite/database.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import type { MessageId } from '../message.ts'
import type { MessageCounts, MessageStore, OpenMessage } from '../message-store.ts'
import { createHeardRows } from './backfill-marks.ts'
import { MESSAGE_COLUMNS, toStored, type MessageRow } from './message-rows.ts'
import { createOutboxRows, type InsertMessage } from './outbox-rows.ts'
import { createSqliteMessageChanges } from './sqlite-message-changes.ts'
import { createMessagePersonalData } from './sqlite-message-person.ts'

const INBOX_STATES = ['received', 'answered', 'unconfirmed', 'failed', 'heard', 'ignored', 'unanswerable'] as const
const OUTBOX_STATES = ['intended', 'sent', 'unconfirmed', 'held', 'failed'] as const

/** The message store in SQLite: what was said, and how far each message has come. */
export const createSqliteMessageStore = (database: Database): MessageStore & PersonalData => {
  const insertMessage: InsertMessage = message => {
    database.run(
      `insert into messages
         (message_id, chat_id, chat_kind, scope, person_id, role, sender_name, text, tokens, sent_at, session_id,
           unlearned)
       values (:message_id, :chat_id, :chat_kind, :scope, :person_id, :role, :sender_name, :text, :tokens, :sent_at,
         :session_id, :unlearned)
       on conflict (message_id) do nothing`,
      {
        ...message,
        sender_name: message.sender_name ?? null,
        session_id: message.session_id ?? null,
        unlearned: message.unlearned === true ? 1 : 0,
      },
    )
  }

  const settleAll = (message_ids: readonly MessageId[], state: string, at: number): void => {
    for (const message_id of message_ids) {
      database.run(
        `update inbox set state = :state, settled_at = :at where message_id = :message_id and state = 'received'`,
        { message_id, state, at },
      )
    }
  }

  const outbox = createOutboxRows({ database, insertMessage, settleAll })
  const { markNow, ...heard } = createHeardRows(database)

  const countStates = <S extends string>(table: 'inbox' | 'outbox', states: readonly S[]): Record<S, number> => {
    const rows = database.all<{ state: S; n: number }>(`select state, count(*) n from ${table} group by state`)
    return Object.fromEntries(states.map(state => [state, rows.find(row => row.state === state)?.n ?? 0])) as Record<
      S,
      number
    >
  }

  return {
    receive: async ({ message, person_id, scope, received_at, state, role = 'user', tokens, unlearned = false }) =>
      database.transaction(() => {
        const { message_id, chat_id, chat_kind, sent_at } = message
        // Times are whole seconds: another message of the same one may follow.
        if (message.gapless === true) markNow(chat_id, sent_at - 1)
        const added = database.run(
          `insert into inbox
             (message_id, chat_id, chat_kind, scope, person_id, addressed, state, sent_at, received_at)
           values (:message_id, :chat_id, :chat_kind, :scope, :person_id, :addressed, :state, :sent_at, :received_at)
           on conflict (message_id) do nothing`,
          {
            message_id,
            chat_id,
            chat_kind,
            scope,
            person_id,
            state,
            sent_at,
            received_at,
            addressed: message.addressed ? 1 : 0,
          },
        )
        if (added === 0) return 'known'
        if (tokens !== undefined) {
          insertMessage({
            message_id,
            chat_id,
            chat_kind,
            scope,
            person_id,
            role,
            text: message.text,
            tokens,
            sent_at,
            sender_name: message.sender.name,
            session_id: undefined,
            unlearned,
          })
        }
        return 'new'
      }),

    open: async () =>
      database
        .all<Omit<OpenMessage, 'text' | 'sender_name' | 'addressed'> & OpenRow>(
          `select i.message_id, i.chat_id, i.chat_kind, i.person_id, i.scope, i.addressed, m.text, m.sender_name,
             coalesce(m.tokens, 0) tokens, i.sent_at
           from inbox i left join messages m using (message_id)
           where i.state = 'received'
             and not exists (
               select 1 from outbox_answers a join outbox o using (outbox_id)
               where a.message_id = i.message_id and o.state in ('intended', 'held'))
           order by i.rowid`,
        )
        .map(row => ({
          ...row,
          addressed: row.addressed === 1,
          text: row.text ?? undefined,
          sender_name: row.sender_name ?? undefined,
        })),

    assign: async (session_id, message_ids) => {
      if (message_ids.length === 0) return
      // A turn that a power cut ends is taken up again, with this; the intent to reply takes it to the disk.
      database.unflushed(() => {
        for (const message_id of message_ids) {
          database.run('update messages set session_id = :session_id where message_id = :message_id', {
            session_id,
            message_id,
          })
        }
      })
    },

    settle: async (message_ids, state, at) => {
      database.transaction(() => {
        settleAll(message_ids, state, at)
      })
    },

    hasWritten: async chat_id =>
      database.get('select 1 from inbox where chat_id = :chat_id limit 1', { chat_id }) !== undefined,

    ...outbox,
    ...heard,

    ofSession: async session_id =>
      database
        .all<MessageRow>(`select ${MESSAGE_COLUMNS} from messages m where m.session_id = :session_id order by m.seq`, {
          session_id,
        })
        .map(toStored),

    countOfSession: async session_id =>
      database.get<{ n: number }>('select count(*) n from messages where session_id = :session_id', { session_id })
        ?.n ?? 0,

    counts: async (): Promise<MessageCounts> => ({
      messages: database.get<{ n: number }>('select count(*) n from messages')?.n ?? 0,
      ratings: database.get<{ up: number; down: number }>(
        'select count(*) filter (where value > 0) up, count(*) filter (where value < 0) down from ratings',
      ) ?? { up: 0, down: 0 },
      inbox: countStates('inbox', INBOX_STATES),
      outbox: countStates('outbox', OUTBOX_STATES),
    }),

    ...createSqliteMessageChanges(database),

    ...createMessagePersonalData(database),
  }
}

interface OpenRow {
  readonly text: string | null
  readonly sender_name: string | null
  readonly addressed: number
}
