/** Reads people's messages with their neighbours from SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { MessageContext } from '../message-context.ts'
import type { MessageRecord } from '../message.ts'
import { IS_CONVERSATION, MESSAGE_COLUMNS, toRecord, type MessageRow } from './message-columns.ts'

type PlacedRow = MessageRow & { readonly seq: number }

type Place = Pick<PlacedRow, 'session_id' | 'seq'>

const BY_PERSONS = `messages.role = 'user' and ${IS_CONVERSATION}`

const BEFORE = `
  select messages.seq, ${MESSAGE_COLUMNS} from messages
  where messages.session_id = :session_id and messages.seq < :seq and ${IS_CONVERSATION}
  order by messages.seq desc limit :reach`

const AFTER = `
  select messages.seq, ${MESSAGE_COLUMNS} from messages
  where messages.session_id = :session_id and messages.seq > :seq and ${IS_CONVERSATION}
  order by messages.seq limit :reach`

export const createSqliteMessageContext = (database: Database): MessageContext => {
  /** Messages of a session next to a position, nearest first. */
  const beside = ({ session_id, seq }: Place, sql: string, reach: number): readonly PlacedRow[] =>
    session_id === null ? [] : database.all<PlacedRow>(sql, { session_id, seq, reach })

  /**
   * Messages of `scope` next to one of its messages. A session belongs to one scope; nothing of another one is read.
   */
  const around = (row: PlacedRow, sql: string, reach: number): MessageRecord[] =>
    beside(row, sql, reach)
      .filter(each => each.scope === row.scope)
      .map(toRecord)

  return {
    inOrder: async (seq, limit) => {
      // Counted over all messages, so that many replies in a row do not make one page a long search.
      const { reached } = database.get<{ reached: number | null }>(
        'select max(seq) reached from (select seq from messages where seq > :seq order by seq limit :limit)',
        { seq, limit },
      ) ?? { reached: null }
      if (reached === null) return { messages: [], reached: undefined }
      const rows = database.all<Pick<PlacedRow, 'seq' | 'message_id' | 'scope' | 'sent_at'>>(
        `select messages.seq, messages.message_id, messages.scope, messages.sent_at from messages
         where messages.seq > :seq and messages.seq <= :reached and ${BY_PERSONS} order by messages.seq`,
        { seq, reached },
      )
      return { messages: rows.map(({ seq: place, ...message }) => ({ seq: place, message })), reached }
    },

    scopesOf: async message_ids => {
      const rows = database.all<Pick<MessageRow, 'message_id' | 'scope'>>(
        `select messages.message_id, messages.scope from messages
         where messages.message_id in (select value from json_each(:ids)) and ${BY_PERSONS}`,
        { ids: JSON.stringify(message_ids) },
      )
      return new Map(rows.map(row => [row.message_id, row.scope]))
    },

    inContext: async (scope, message_ids, reach) =>
      database
        .all<PlacedRow>(
          `select messages.seq, ${MESSAGE_COLUMNS} from messages
           where messages.message_id in (select value from json_each(:ids)) and +messages.scope = :scope and ${BY_PERSONS}`,
          { ids: JSON.stringify(message_ids), scope },
        )
        .map(row => ({
          message: toRecord(row),
          before: around(row, BEFORE, reach).reverse(),
          after: around(row, AFTER, reach),
        })),

    neighbours: async ({ session_id = null, seq }, reach) =>
      [...beside({ session_id, seq }, BEFORE, reach), ...beside({ session_id, seq }, AFTER, reach)]
        .filter(each => each.role === 'user')
        .map(each => each.message_id),

    newest: async () => database.get<{ seq: number | null }>('select max(seq) seq from messages')?.seq ?? 0,

    count: async () => database.get<{ n: number }>(`select count(*) n from messages where ${BY_PERSONS}`)?.n ?? 0,
  }
}
