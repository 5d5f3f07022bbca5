/** The port of the report on the bot itself: how much was said and answered, how fast, with which recalls, at what cost. */
import type { ReportCall } from './archive-reports.ts'
import type { ReportRange } from './report-range.ts'

/** What the rows beside those of the days are about. */
export const CONVERSATION_KEYS = ['person', 'chat'] as const
export type ConversationKey = (typeof CONVERSATION_KEYS)[number]

export interface ConversationQuery {
  /** Both bounds are set. */
  readonly range: ReportRange & { readonly first: number; readonly last: number }
  readonly person_id?: string | undefined
  readonly chat_id?: string | undefined
  /** Also adds up by person or chat. */
  readonly by?: ConversationKey | undefined
}

/** One row: of a day, of a person, of a chat, or of all. */
export interface ConversationFigures {
  /** Messages of people; commands are not counted, and neither are the answers to them. */
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
  /** By currency, in units of it. */
  readonly cost: readonly { readonly currency: string; readonly amount: number }[]
}

export interface ConversationDay extends ConversationFigures {
  /** Days since 1 January 1970. */
  readonly date: number
}

/** A person or chat. */
export interface ConversationPart extends ConversationFigures {
  /** Its name where it is known; `undefined`: calls to models for no one in particular. */
  readonly name: string | undefined
  readonly id: string | undefined
}

export interface ConversationReport {
  /** Newest first; only days on which something happened. */
  readonly days: readonly ConversationDay[]
  readonly total: ConversationFigures
  /** Most messages first; empty unless they are asked for. */
  readonly parts: readonly ConversationPart[]
}

export interface ConversationReports {
  conversation(query: ConversationQuery, call: ReportCall): Promise<ConversationReport>
}
