/** A query in the terms of the index: what has to be in a message, and what a word is worth. */

/** A word that is looked for, in any of the forms under which the index has it. */
export interface Leaf {
  /** One or more; a message with several of them contains the word once. */
  readonly terms: readonly string[]
  /** Messages that contain it, about. */
  readonly found: number
  /** What it is worth: 0 for one that has to be there and is not scored. */
  readonly weight: number
}

/** Words that have to follow each other, by their common forms; `proven`: the index knows it from the leaf alone. */
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
  /** In the order in which scores are added up. */
  readonly leaves: readonly Leaf[]
  /** `undefined`: every message. */
  readonly root: PlanNode | undefined
  /** Mean words of a message. */
  readonly average: number
}

/** The parts of a query that is a row of conditions, which can be searched without looking at every message. */
export interface Conditions {
  readonly required: readonly number[]
  readonly phrases: readonly Phrase[]
  /** At least one of them. */
  readonly optional: readonly number[]
  readonly excluded: readonly number[]
  readonly excluded_phrases: readonly { readonly leaves: readonly number[]; readonly phrase: Phrase }[]
}

/** A query as a row of conditions; `undefined` for one that is none, such as (a b) OR (c d). */
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
