/** What the packer decided about every candidate of a request: taken, shortened or left out, and why. */

/** Tokens that a request may take. The parts have their own budgets, and together they stay within `total`. */
export interface ContextBudget {
  /** Everything in the request: system prompt, tone, profile, recall, history, and what surrounds them. */
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
  /** Most tokens of the texts with what surrounds them in the request. */
  readonly room: number
}

export type CandidateKind = 'system' | 'tone' | 'profile' | 'memory' | 'quote' | 'message'

/**
 * - `fits`: there was room.
 * - `history_budget`, `recall_budget`, `profile_budget`: the budget of its part was used up.
 * - `request_budget`: the budget of the whole request was used up.
 * - `quoted`: a memory that says nothing which its own words, among the quotes, do not say.
 * - `recalled`: a line of the profile that was recalled anyway.
 */
export type PackingReason =
  'fits' | 'history_budget' | 'recall_budget' | 'profile_budget' | 'request_budget' | 'quoted' | 'recalled'

/** One candidate and what became of it. */
export interface PackedCandidate {
  /** Id of the memory or message; for `system` and `tone` the kind itself. */
  readonly id: string
  readonly kind: CandidateKind
  /** Tokens in the request, with what surrounds the text; of a candidate that was left out, those of its text. */
  readonly tokens: number
  readonly outcome: 'taken' | 'shortened' | 'left'
  readonly reason: PackingReason
}

export interface PackingRecord {
  readonly budget: ContextBudget
  /** Tokens of the whole request: counted, or estimated from above. */
  readonly tokens: number
  /** Every candidate once, in the order of the request. */
  readonly candidates: readonly PackedCandidate[]
}
