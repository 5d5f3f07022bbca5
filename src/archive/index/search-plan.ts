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

/** The parts of a query that is a list of conditions, which can be searched without examining every message. */
export interface Conditions {
  readonly required: readonly number[]
  readonly phrases: readonly Phrase[]
  /** At least one of them must be in the message. */
  readonly optional: readonly number[]
  readonly excluded: readonly number[]
  readonly excluded_phrases: readonly { readonly leaves: readonly number[]; readonly phrase: Phrase }[]
}

/** A query as a list of conditions; `undefined` if it is not one, such as (a b) OR (c d). */
export const conditionsOf = (root: PlanNode): Conditions | undefined => {
  const members = root.kind === 'all' ? root.of : [root]
  const required: number[] = []
  const phrases: Phrase[] = []
  const excluded: number[] = []
  const excluded_phrases: Conditions['excluded_phrases'][number][] = []
  let optional: readonly number[] = []
  for (const each of members) {
    if (each.kind === 'leaf') required.push(each.leaf)
    else if (each.kind === 'phrase') {
      required.push(...each.leaves)
      if (!each.phrase.proven) phrases.push(each.phrase)
    } else if (each.kind === 'not' && each.of.kind === 'leaf') excluded.push(each.of.leaf)
    else if (each.kind === 'not' && each.of.kind === 'phrase') excluded_phrases.push(each.of)
    else if (each.kind === 'any' && optional.length === 0) {
      const leaves = each.of.flatMap(one => (one.kind === 'leaf' ? [one.leaf] : []))
      if (leaves.length < each.of.length) return undefined
      optional = leaves
    } else return undefined
  }
  if (optional.length > 0 && required.length > 0) return undefined
  return required.length === 0 && optional.length === 0
    ? undefined
    : { required: [...new Set(required)].sort((a, b) => a - b), phrases, optional, excluded, excluded_phrases }
}
