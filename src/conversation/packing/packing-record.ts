/** The packer's decision about every candidate of a request: taken, shortened or left out, and why. */
import type { BudgetAlert } from '../../budget/alerts/budget-alerts.ts'
import type { BudgetScope } from '../../budget/profiles/budget-profiles.ts'
import type { Complexity } from '../../text/complexity/complexity.ts'
import type { DetectedComplexity } from '../../text/complexity/detect-complexity.ts'
import type { ContextNeed } from './context-need.ts'
import type { AnsweredRole } from './turn-budget.ts'

/** Tokens of a request. The parts have their own budgets, and together they stay within `total`. */
export interface ContextBudget {
  /** Everything in the request: system prompt, tone, profile, recall, history, and the text around them. */
  readonly total: number
  /** Texts of the history: the budget of the person's role. */
  readonly history: number
  /** Recalled texts: `memory.longterm.recall_tokens`. */
  readonly recall: number
  /** Lines of the profile. */
  readonly profile: number
}

/** A part of a request that can be cut: its own budget, and the room that the rest of the request leaves. */
export interface PartBudget {
  /** Most tokens of the texts alone. */
  readonly content: number
  /** Most tokens of the texts with everything around them in the request. */
  readonly room: number
  /** The reason to record if the room is used up; `undefined`: `request_budget`. */
  readonly room_reason?: PackingReason
}

export type CandidateKind = 'system' | 'tone' | 'profile' | 'shared' | 'memory' | 'quote' | 'message'

/**
 * - `fits`: there was room.
 * - `history_budget`, `recall_budget`, `profile_budget`: the budget of its part was used up.
 * - `request_budget`: the budget of the whole request was used up.
 * - `turn_budget`: the budget of the turn, or its scope's share of it, was used up.
 * - `not_needed`: an earlier part of the conversation that is not relevant to the message.
 * - `quoted`: a memory that says nothing beyond its source, which is among the quotes or in the history.
 * - `in_history`: a quote that the history shows.
 * - `recalled`: a line of the profile that was recalled anyway.
 */
export type PackingReason =
  | 'fits'
  | 'history_budget'
  | 'recall_budget'
  | 'profile_budget'
  | 'request_budget'
  | 'turn_budget'
  | 'not_needed'
  | 'quoted'
  | 'in_history'
  | 'recalled'

/** One candidate and the decision about it. */
export interface PackedCandidate {
  /** Id of the memory or message; for `system` and `tone` the kind itself. */
  readonly id: string
  readonly kind: CandidateKind
  /** Tokens in the request, including the text around it; for a candidate that was left out, tokens of its text. */
  readonly tokens: number
  readonly outcome: 'taken' | 'shortened' | 'left'
  readonly reason: PackingReason
}

/** How the budget of a turn was calculated, and how it was used. */
export interface TurnRecord {
  readonly role: AnsweredRole
  readonly profile: string
  /** The complexity that determined the budget of the turn. */
  readonly complexity: Complexity
  readonly detected: DetectedComplexity
  /** Complexity of the previous turn in the same session. */
  readonly previous: Complexity | undefined
  readonly need: ContextNeed
  /** Tokens of the budget. */
  readonly budget: number
  /** Whether the budget is that of a higher complexity than the detected one, because needed content did not fit. */
  readonly raised: boolean
  /** Allotment, usage and demand of each scope. */
  readonly scopes: Readonly<Record<BudgetScope, ScopeRecord>>
  /** Tokens of packed content, and of needed content that did not fit. */
  readonly demand: number
  readonly alerts: readonly BudgetAlert[]
}

/** A scope's share of the budget of a turn, in tokens. */
export interface ScopeRecord {
  readonly allotted: number
  readonly taken: number
  /** Memories, quotes, lines of the profile or messages that were packed. */
  readonly count: number
  readonly demand: number
}

export interface PackingRecord {
  readonly budget: ContextBudget
  /** Tokens of the whole request: counted, or an upper estimate. */
  readonly tokens: number
  /** Every candidate once, in the order of the request. */
  readonly candidates: readonly PackedCandidate[]
  /** The budget of the turn; `undefined` if the parts have fixed budgets. */
  readonly turn?: TurnRecord
}
