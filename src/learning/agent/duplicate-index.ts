/** Finds possible duplicates among the facts of one scope without comparing each fact with every other. */
import type { MemoryRecord } from '../../memory/memory.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { MAX_MISSING_SHARE } from '../../text/facts/compare-facts.ts'
import type { ParsedFact } from '../../text/facts/parse-fact.ts'

/** A current memory, parsed. */
export interface CurrentFact {
  memory: MemoryRecord
  readonly parsed: ParsedFact
}

/** Facts examined before other work gets its turn: about a millisecond. */
const PAUSE_EVERY = 1000

/** Indexes facts by their words. Two facts that say the same share at least one of their few rarest words. */
export class DuplicateIndex {
  readonly #counts = new Map<string, number>()
  readonly #byTerm = new Map<string, CurrentFact[]>()
  #visited = 0

  /** @param all every fact that will be compared; determines which words are rare */
  constructor(all: readonly CurrentFact[]) {
    for (const { parsed } of all) {
      for (const term of parsed.terms) this.#counts.set(term, (this.#counts.get(term) ?? 0) + 1)
    }
  }

  add(fact: CurrentFact): void {
    for (const term of fact.parsed.terms) {
      const others = this.#byTerm.get(term)
      if (others === undefined) this.#byTerm.set(term, [fact])
      else others.push(fact)
    }
  }

  /**
   * The added facts that may say the same, by the same speakers, oldest first. Of k words fewer than k/3 may be missing
   * in a duplicate, so it contains at least one of the k/3 rarest.
   */
  async candidates({ memory, parsed }: CurrentFact): Promise<readonly CurrentFact[]> {
    const terms = [...parsed.terms].sort((a, b) => this.#count(a) - this.#count(b))
    const max_missing = terms.length * MAX_MISSING_SHARE
    const found = new Set<CurrentFact>()
    for (const term of terms.slice(0, Math.ceil(max_missing))) {
      for (const each of this.#byTerm.get(term) ?? []) {
        if (++this.#visited % PAUSE_EVERY === 0) await yieldToEventLoop()
        const missing = parsed.terms.difference(each.parsed.terms).size
        if (missing < max_missing && haveSameSpeakers(each.memory, memory)) found.add(each)
      }
    }
    return [...found].sort((a, b) => byAge(a.memory, b.memory))
  }

  #count(term: string): number {
    return this.#counts.get(term) ?? 0
  }
}

/** Sorts memories by when they were first said, oldest first. */
export const byAge = (a: MemoryRecord, b: MemoryRecord): number =>
  a.said_from - b.said_from || a.created_at - b.created_at || (a.memory_id < b.memory_id ? -1 : 1)

const haveSameSpeakers = ({ person_ids: a }: MemoryRecord, { person_ids: b }: MemoryRecord): boolean =>
  a.length === b.length && a.every(each => b.includes(each))
