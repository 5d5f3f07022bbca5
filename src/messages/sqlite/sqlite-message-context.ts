import type { Database } from '../../database/sqlite/database.ts'
import type { MessageContext, Utterance } from '../message-context.ts'

interface TurnRow extends Omit<Utterance, 'sender_name'> {
  readonly seq: number
  readonly sender_name: string | null
  readonly session_id: string | null
}

const COLUMNS = 'm.seq, m.message_id, m.scope, m.role, m.sender_name, m.text, m.sent_at, m.session_id'

/** What was said, in SQLite. Changes are taken down by triggers, whatever statement made them. */
export const createSqliteMessageContext = (database: Database): MessageContext => {
  /** Conversation: neither commands, nor replies to them, nor what nobody may learn from. */
  const said = `ltrim(m.text) not glob '/[A-Za-zא-ת]*' and m.unlearned = 0`
  const by_persons = `m.role = 'user' and ${said}`

  /** Turns of a session next to a place, nearest first. */
  const beside = (row: Pick<TurnRow, 'session_id' | 'seq'>, side: 'before' | 'after', reach: number): TurnRow[] =>
    row.session_id === null
      ? []
      : database.all<TurnRow>(
          `select ${COLUMNS} from messages m
           where m.session_id = :session_id and m.seq ${side === 'before' ? '<' : '>'} :seq and ${said}
           order by m.seq ${side === 'before' ? 'desc' : 'asc'} limit :reach`,
          { session_id: row.session_id, seq: row.seq, reach },
        )

  return {
    inOrder: async (seq, limit) => {
      // Counted over all messages: a long row of replies must not make one page a long search.
      const { reached } = database.get<{ reached: number | null }>(
        'select max(seq) reached from (select seq from messages where seq > :seq order by seq limit :limit)',
        { seq, limit },
      ) ?? { reached: null }
      if (reached === null) return { turns: [], reached: undefined }
      const rows = database.all<Omit<TurnRow, 'text'>>(
        `select m.seq, m.message_id, m.scope, m.role, m.sender_name, m.sent_at, m.session_id from messages m
         where m.seq > :seq and m.seq <= :reached and ${by_persons} order by m.seq`,
        { seq, reached },
      )
      return {
        turns: rows.map(({ seq, session_id: _, sender_name, ...turn }) => ({
          seq,
          turn: { ...turn, sender_name: sender_name ?? undefined },
        })),
        reached,
      }
    },

    scopesOf: async message_ids => {
      const rows = database.all<Pick<Utterance, 'message_id' | 'scope'>>(
        `select m.message_id, m.scope from messages m
         where m.message_id in (select value from json_each(:ids)) and ${by_persons}`,
        { ids: JSON.stringify(message_ids) },
      )
      return new Map(rows.map(row => [row.message_id, row.scope]))
    },

    inContext: async (scope, message_ids, reach) =>
      database
        .all<TurnRow>(
          `select ${COLUMNS} from messages m
           where m.message_id in (select value from json_each(:ids)) and +m.scope = :scope and ${by_persons}`,
          { ids: JSON.stringify(message_ids), scope },
        )
        .map(row => ({
          turn: toTurn(row),
          // A session belongs to one scope; should one ever not, nothing is taken over from another.
          before: beside(row, 'before', reach)
            .filter(each => each.scope === scope)
            .map(toTurn)
            .reverse(),
          after: beside(row, 'after', reach)
            .filter(each => each.scope === scope)
            .map(toTurn),
        })),

    changes: async (after, limit, reach) =>
      database
        .all<{ change: number; message_id: string; session_id: string | null; seq: number }>(
          `select change, message_id, session_id, place seq from turn_changes
           where change > :after order by change limit :limit`,
          { after, limit },
        )
        .map(row => ({
          change: row.change,
          message_id: row.message_id,
          place: row.seq,
          neighbours: [...beside(row, 'before', reach), ...beside(row, 'after', reach)]
            .filter(each => each.role === 'user')
            .map(each => each.message_id),
        })),

    forgetChanges: async upTo => {
      database.run('delete from turn_changes where change <= :upTo', { upTo })
    },

    newest: async () => database.get<{ seq: number | null }>('select max(seq) seq from messages')?.seq ?? 0,

    count: async () => database.get<{ n: number }>(`select count(*) n from messages m where ${by_persons}`)?.n ?? 0,
  }
}

const toTurn = ({ seq: _, session_id: _session, sender_name, ...turn }: TurnRow): Utterance => ({
  ...turn,
  sender_name: sender_name ?? undefined,
})
