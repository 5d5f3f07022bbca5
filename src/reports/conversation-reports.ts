/** The port of the report on the bot itself: messages and answers, response times, recalls, and costs. */
import type { ReportCall } from './archive-reports.ts'
import type { ReportRange } from './report-range.ts'

/** What the additional rows are grouped by. */
export const CONVERSATION_KEYS = ['person', 'chat'] as const
export type ConversationKey = (typeof CONVERSATION_KEYS)[number]

export interface ConversationQuery {
  /** Both bounds are set. */
  readonly range: ReportRange & { readonly first: number; readonly last: number }
  readonly person_id?: string | undefined
  readonly chat_id?: string | undefined
  /** Also sums up by person or chat. */
  readonly by?: ConversationKey | undefined
}

/** One row: of a day, a person, a chat, or the total. */
export interface ConversationFigures {
  /** Messages of people, without commands and the answers to them. */
  readonly messages: number
  readonly answers: number
  /** From the last message that was answered to the answer; `undefined` without answers. */
  readonly median_response_seconds: number | undefined
  readonly p95_response_seconds: number | undefined
  /** Answers for which something was recalled. */
  readonly recalls: number
  /** Memories and quotes that were recalled for them. */
  readonly recalled_items: number
  readonly input_tokens: number
  readonly output_tokens: number
  /** The cost by currency, in units of the currency. */
  readonly cost: readonly { readonly currency: string; readonly amount: number }[]
}

export interface ConversationDay extends ConversationFigures {
  /** Days since 1 January 1970. */
  readonly date: number
}

/** A person or chat. */
export interface ConversationPart extends ConversationFigures {
  /** Its name if known; `undefined`: calls to models that belong to no one in particular. */
  readonly name: string | undefined
  readonly id: string | undefined
}

export interface ConversationReport {
  /** Newest first; days without activity are left out. */
  readonly days: readonly ConversationDay[]
  readonly total: ConversationFigures
  /** Most messages first; empty unless requested. */
  readonly parts: readonly ConversationPart[]
}

export interface ConversationReports {
  /** @throws DenidinError `not_found` for a chat in which nothing was ever said */
  conversation(query: ConversationQuery, call: ReportCall): Promise<ConversationReport>
}
