/** Creates the document of the report on the bot itself. */
import type { ReportCall } from '../archive-reports.ts'
import type { ConversationFigures, ConversationQuery, ConversationReports } from '../conversation-reports.ts'
import { tableOf, type ReportContent } from './archive-documents.ts'
import type { CellKind } from './report-document.ts'

const COLUMNS = {
  messages: 'count',
  answers: 'count',
  median_response_seconds: 'seconds',
  p95_response_seconds: 'seconds',
  recalls: 'count',
  recalled_items: 'count',
  input_tokens: 'count',
  output_tokens: 'count',
  cost: 'money',
  currency: 'text',
} as const satisfies Record<keyof ConversationFigures | 'currency', CellKind>

/** Amounts in several currencies cannot be added: the cost is then a text that lists them. */
const priced = <T extends ConversationFigures>({ cost, ...row }: T) => {
  const [one, another] = cost
  return another === undefined
    ? { ...row, cost: one?.amount, currency: one?.currency }
    : {
        ...row,
        cost: undefined,
        currency: cost.map(({ currency, amount }) => `${String(amount)} ${currency}`).join(' + '),
      }
}

export const conversationContent = async (
  reports: ConversationReports,
  query: ConversationQuery,
  call: ReportCall,
): Promise<ReportContent> => {
  const { days, total, parts } = await reports.conversation(query, call)
  const parts_table = query.by === 'person' ? 'people' : 'chats'
  return {
    tables: [
      tableOf('rows', { date: 'day', ...COLUMNS }, days.map(priced)),
      tableOf('total', COLUMNS, [priced(total)]),
      ...(query.by === undefined
        ? []
        : [tableOf(parts_table, { name: 'text', id: 'text', ...COLUMNS }, parts.map(priced))]),
    ],
    charts: [
      { table: 'rows', label: 'date', value: 'messages', kind: 'days' },
      { table: 'rows', label: 'date', value: 'median_response_seconds', kind: 'days' },
      { table: 'rows', label: 'date', value: 'cost', kind: 'days' },
    ],
    notes: [],
  }
}
