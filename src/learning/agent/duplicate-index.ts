/** Memories of one scope that say the same, found without comparing each with each. */
import type { MemoryRecord } from '../../memory/memory.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { Shape } from '../consolidation/parse-fact.ts'

/** A memory that still holds, and what it says. */
export interface Standing {
  memory: MemoryRecord
  readonly shape: Shape
}

/** Of facts that are taken for one less than a third of the words of the later one is missing in the other. */
const MOST_LOST_SHARE = 1 / 3
/** Facts that are looked at before others have their turn: about a millisecond. */
const PAUSE_EVERY = 1000

/** Who said what by its words, oldest first; what says the same as something shares one of its few rarest words with it. */
export class StandingIndex {
  readonly #counts = new Map<string, number>()
  readonly #withTerm = new Map<string, Standing[]>()
  #looked_at = 0

  /** @param all everything that is to be compared, so that it is known which words are rare. */
  constructor(all: readonly Standing[]) {
    for (const { shape } of all) {
      for (const term of shape.terms) this.#counts.set(term, (this.#counts.get(term) ?? 0) + 1)
    }
  }

  add(standing: Standing): void {
    for (const term of standing.shape.terms) {
      const others = this.#withTerm.get(term)
      if (others === undefined) this.#withTerm.set(term, [standing])
      else others.push(standing)
    }
  }

  /**
   * Everything added that could say what this says, oldest first, as far as the same persons said it. Of k words fewer
   * than k/3 may be missing there, so that of the k/3 rarest at least one is there.
   */
  async candidates({ memory, shape }: Standing): Promise<readonly Standing[]> {
    const terms = [...shape.terms].sort((a, b) => this.#count(a) - this.#count(b))
    const most_lost = terms.length * MOST_LOST_SHARE
    const found = new Set<Standing>()
    for (const term of terms.slice(0, Math.ceil(most_lost))) {
      for (const each of this.#withTerm.get(term) ?? []) {
        if (++this.#looked_at % PAUSE_EVERY === 0) await yieldToEventLoop()
        const lost = terms.filter(word => !each.shape.terms.has(word)).length
        if (lost < most_lost && sameSpeakers(each.memory, memory)) found.add(each)
      }
    }
    return [...found].sort((a, b) => byAge(a.memory, b.memory))
  }

  #count(term: string): number {
    return this.#counts.get(term) ?? 0
  }
}

/** The one that was said first stands first. */
export const byAge = (a: MemoryRecord, b: MemoryRecord): number =>
  a.said_from - b.said_from || a.created_at - b.created_at || (a.memory_id < b.memory_id ? -1 : 1)

const sameSpeakers = ({ person_ids: a }: MemoryRecord, { person_ids: b }: MemoryRecord): boolean =>
  a.length === b.length && a.every(each => b.includes(each))
