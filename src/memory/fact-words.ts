/** Finds the memories of a scope by full text, as long as their vectors do not exist yet or cannot be searched. */
import type { Scope } from '../messages/scope.ts'
import { lru } from '../platform/lru.ts'
import { ANSWER_SLICE_MS, TimeSlices } from '../platform/yield.ts'
import { containsWord, formsIn, type AskedWord } from '../text/content-stems.ts'
import { askedWords } from '../text/question-kind.ts'
import { relatedTo } from '../text/synonyms.ts'
import { shareOf } from '../text/word-frequency.ts'
import type { MemoryReader } from './memory-store.ts'

/** Scopes whose words are kept in memory. */
const MOST_SCOPES = 50
/** How many memories of a scope are searched, newest first. */
const MOST_MEMORIES = 5000
const PAGE = 100
/** Share of a question's words that a memory must contain; rare words count most. */
const LEAST_SHARE = 0.3
/** Weight of a related word; the word itself counts 1. */
const RELATED_WORTH = 0.5

/** A memory that contains words of a question. */
export interface WordMatch {
  readonly item_id: string
  /** Share of the question's words that it contains, 0 to 1. */
  readonly share: number
}

interface MemoryForms {
  readonly item_id: string
  readonly forms: ReadonlySet<string>
}

interface ScopeWords {
  /** How many memories the scope has, including those that are not searched. */
  readonly count: number
  /** Newest first. */
  readonly memories: readonly MemoryForms[]
}

export class FactWords {
  readonly #memories: Pick<MemoryReader, 'list' | 'countOfScope'>
  readonly #scopes = lru<Scope, ScopeWords>(MOST_SCOPES)

  readonly #most: number

  /** @param most how many memories of a scope are searched, newest first */
  constructor(memories: Pick<MemoryReader, 'list' | 'countOfScope'>, most = MOST_MEMORIES) {
    this.#memories = memories
    this.#most = most
  }

  /** The memories of a scope that contain most of a question's words, at most `limit`, best first. */
  async find(scope: Scope, question: string, limit: number): Promise<readonly WordMatch[]> {
    const asked = askedWords(question).map(word => ({ word, worth: -Math.log(shareOf(word.stem)) }))
    const all = asked.reduce((sum, { worth }) => sum + worth, 0)
    if (all === 0) return []
    const matches: WordMatch[] = []
    const slices = new TimeSlices(ANSWER_SLICE_MS)
    for (const { item_id, forms } of (await this.#open(scope)).memories) {
      const found = asked.reduce((sum, { word, worth }) => sum + worth * containment(word, forms), 0)
      if (found >= all * LEAST_SHARE) matches.push({ item_id, share: found / all })
      await slices.pause()
    }
    return matches.sort((a, b) => b.share - a.share).slice(0, limit)
  }

  async #open(scope: Scope): Promise<ScopeWords> {
    const [newest] = await this.#memories.list(scope, { limit: 1 })
    const count = await this.#memories.countOfScope(scope)
    const known = this.#scopes.get(scope)
    if (known?.count === count && known.memories[0]?.item_id === newest?.memory_id) return known
    const words = { count, memories: await this.#read(scope, count, known) }
    this.#scopes.set(scope, words)
    return words
  }

  /** Usually only a few memories were added since the scope was read: then the others are not read again. */
  async #read(scope: Scope, count: number, known?: ScopeWords): Promise<readonly MemoryForms[]> {
    const read: MemoryForms[] = []
    const slices = new TimeSlices(ANSWER_SLICE_MS)
    for (let before: string | undefined; read.length < this.#most;) {
      const page = await this.#memories.list(scope, { limit: PAGE, ...(before === undefined ? {} : { before }) })
      for (const { memory_id, text } of page) {
        if (memory_id === known?.memories[0]?.item_id && known.count + read.length === count) {
          return [...read, ...known.memories].slice(0, this.#most)
        }
        read.push({ item_id: memory_id, forms: formsIn(text) })
        await slices.pause()
      }
      before = page.at(-1)?.memory_id
      if (page.length < PAGE) break
    }
    return read
  }
}

/** 1 for the word itself, less for a related one. */
const containment = (word: AskedWord, forms: ReadonlySet<string>): number => {
  if (containsWord(forms, word)) return 1
  return relatedTo(word.stem).isDisjointFrom(forms) ? 0 : RELATED_WORTH
}
