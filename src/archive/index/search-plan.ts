/** A query in terms of the index: the conditions for messages, and the weight of each word. */

/** A word to search for, in any of the forms in which the index contains it. */
export interface Leaf {
  /** One or more; a message with several of them contains the word once. */
  readonly terms: readonly string[]
  /** About how many messages contain it. */
  readonly found: number
  /** The weight of the word: 0 if it is required but not scored. */
  readonly weight: number
}

/** Words that must follow each other, by their common forms; `proven`: the leaf alone already ensures it. */
export interface Phrase {
  readonly words: readonly string[]
  readonly proven: boolean
}

/** A tree over the leaves of a plan, by their number. */
export type PlanNode =
  | { readonly kind: 'leaf'; readonly leaf: number }
  | { readonly kind: 'phrase'; readonly leaves: readonly number[]; readonly phrase: Phrase }
  | { readonly kind: 'all'; readonly of: readonly PlanNode[] }
  | { readonly kind: 'any'; readonly of: readonly PlanNode[] }
  | { readonly kind: 'not'; readonly of: PlanNode }

export interface SearchPlan {
  /** In the order in which scores are added. */
  readonly leaves: readonly Leaf[]
  /** `undefined`: every message. */
  readonly root: PlanNode | undefined
  /** Mean number of words of a message. */
  readonly average: number
}
