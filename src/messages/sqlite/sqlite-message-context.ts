/** Reads persons' messages with their neighbours from SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { MessageContext } from '../message-context.ts'
import type { MessageRecord } from '../message.ts'
import { IS_CONVERSATION, MESSAGE_COLUMNS, toRecord, type MessageRow } from './message-columns.ts'

type PlacedRow = MessageRow & { readonly seq: number }

export const createSqliteMessageContext = (database: Database): MessageContext => {
  const by_persons = `messages.role = 'user' and ${IS_CONVERSATION}`

  /** Messages of a session next to a place, nearest first. */
  const beside = (row: Pick<PlacedRow, 'session_id' | 'seq'>, side: 'before' | 'after', reach: number): PlacedRow[] =>
    row.session_id === null
      ? []
      : database.all<PlacedRow>(
          `select messages.seq, ${MESSAGE_COLUMNS} from messages
           where messages.session_id = :session_id and messages.seq ${side === 'before' ? '<' : '>'} :seq and ${IS_CONVERSATION}
           order by messages.seq ${side === 'before' ? 'desc' : 'asc'} limit :reach`,
          { session_id: row.session_id, seq: row.seq, reach },
        )

  return {
    inOrder: async (seq, limit) => {
      // Counted over all messages: many replies in a row must not make one page a long search.
      const { reached } = database.get<{ reached: number | null }>(
        'select max(seq) reached from (select seq from messages where seq > :seq order by seq limit :limit)',
        { seq, limit },
      ) ?? { reached: null }
      if (reached === null) return { messages: [], reached: undefined }
      const rows = database.all<Pick<PlacedRow, 'seq' | 'message_id' | 'scope' | 'sent_at'>>(
        `select messages.seq, messages.message_id, messages.scope, messages.sent_at from messages
         where messages.seq > :seq and messages.seq <= :reached and ${by_persons} order by messages.seq`,
        { seq, reached },
      )
      return { messages: rows.map(({ seq: place, ...message }) => ({ seq: place, message })), reached }
    },

    scopesOf: async message_ids => {
      const rows = database.all<Pick<MessageRow, 'message_id' | 'scope'>>(
        `select messages.message_id, messages.scope from messages
         where messages.message_id in (select value from json_each(:ids)) and ${by_persons}`,
        { ids: JSON.stringify(message_ids) },
      )
      return new Map(rows.map(row => [row.message_id, row.scope]))
    },

    inContext: async (scope, message_ids, reach) =>
      database
        .all<PlacedRow>(
          `select messages.seq, ${MESSAGE_COLUMNS} from messages
           where messages.message_id in (select value from json_each(:ids)) and messages.scope = :scope and ${by_persons}`,
          { ids: JSON.stringify(message_ids), scope },
        )
        .map(row => ({
          message: toMessage(row),
          // A session belongs to one scope; should one ever not, nothing of another scope is read.
          before: beside(row, 'before', reach)
            .filter(each => each.scope === scope)
            .map(toMessage)
            .reverse(),
          after: beside(row, 'after', reach)
            .filter(each => each.scope === scope)
            .map(toMessage),
        })),

    neighbours: async ({ session_id = null, seq }, reach) =>
      [...beside({ session_id, seq }, 'before', reach), ...beside({ session_id, seq }, 'after', reach)]
        .filter(each => each.role === 'user')
        .map(each => each.message_id),

    newest: async () => database.get<{ seq: number | null }>('select max(seq) seq from messages')?.seq ?? 0,

    count: async () => database.get<{ n: number }>(`select count(*) n from messages where ${by_persons}`)?.n ?? 0,
  }
}

const toMessage = ({ seq: _, ...row }: PlacedRow): MessageRecord => toRecord(row)
