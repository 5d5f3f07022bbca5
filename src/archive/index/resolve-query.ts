/** Creates a search plan from a query: analyses its words, completes beginnings, and corrects misspelt words. */
import { fold, inSmallLetters } from '../../text/fold.ts'
import { questionWordsOf, wordsOf, emojiAlone, type Word } from '../../text/analyser/analyser.ts'
import { rarity } from '../../text/rarity.ts'
import { closestSpelling, lettersForgiven, mayBeMisspelt, SURE_LETTERS } from '../../text/spelling.ts'
import { pairTerm, WRITTEN_MARK } from './part-builder.ts'
import type { LetterRange } from './index-part.ts'
import type { WrittenQuery } from './query-language.ts'
import type { Leaf, Phrase, PlanNode, SearchPlan } from './search-plan.ts'

/** How many completions of a beginning are searched: the most common ones. */
const MOST_COMPLETIONS = 64
/** How many words a misspelt one is compared with, and how many misspelt words of one query are corrected. */
const MOST_COMPARED = 20_000
const MOST_UNKNOWN = 4
/** How many spellings of a misspelt word are searched: the most similar ones. */
const MOST_SPELLINGS = 8

/** A word that no message contains, and the words that are searched instead. */
export interface Correction {
  readonly written: string
  readonly meant: string
}

/** What the index knows about words. */
export interface WordKnowledge {
  /** About how many messages contain a term; 0 if the caller must not know about it. */
  found(term: string): number
  /** The most common words with this beginning; some may occur in no message (`found`). */
  completions(beginning: string, limit: number): readonly string[]
  /** The same of words of so many letters, as they are written. */
  spellings(beginning: string, letters: LetterRange, limit: number): readonly string[]
  readonly present: number
  readonly average: number
}

export interface ResolvedQuery {
  readonly plan: SearchPlan
  readonly corrections: readonly Correction[]
}

/** Creates the plans of one query. With `relaxed`, any of its words suffices if the user did not write AND. */
export class QueryResolver {
  readonly #known: WordKnowledge
  readonly #relaxed: boolean
  readonly #leaves: Leaf[] = []
  readonly #numbers = new Map<string, number>()
  readonly #corrections: Correction[] = []

  constructor(known: WordKnowledge, relaxed: boolean) {
    this.#known = known
    this.#relaxed = relaxed
  }

  resolve(query: WrittenQuery): ResolvedQuery {
    const root = this.#node(query, true)
    return {
      plan: { leaves: this.#leaves, root, average: this.#known.average },
      corrections: this.#corrections,
    }
  }

  /** `undefined` for a node without meaning, such as a sign without letters. */
  #node(query: WrittenQuery, top: boolean): PlanNode | undefined {
    switch (query.kind) {
      case 'words':
        return this.#words(query.text, top)
      case 'phrase':
        return this.#phrase(query.text)
      case 'prefix':
        return this.#prefix(query.text)
      case 'not': {
        const of = this.#node(query.of, false)
        return of === undefined ? undefined : { kind: 'not', of }
      }
      case 'any':
        return joined(
          'any',
          query.of.flatMap(each => this.#node(each, false) ?? []),
        )
      case 'all':
        return this.#all(query, top)
    }
  }

  #all({ of, stated }: Extract<WrittenQuery, { kind: 'all' }>, top: boolean): PlanNode | undefined {
    const nodes = of.flatMap(each => this.#node(each, top && !stated) ?? [])
    if (!this.#relaxed || stated || !top)
      return joined(
        'all',
        nodes.flatMap(each => (each.kind === 'all' ? each.of : [each])),
      )
    const excluded = nodes.filter(each => each.kind === 'not')
    const wanted = nodes.filter(each => each.kind !== 'not').flatMap(each => (each.kind === 'any' ? each.of : [each]))
    const any = joined('any', wanted)
    return joined('all', any === undefined ? excluded : [any, ...excluded])
  }

  #words(text: string, top: boolean): PlanNode | undefined {
    const emoji = emojiAlone(text)
    const words = questionWordsOf(text)
    // Stop words are not required, unless there are no other words.
    const telling = words.filter(each => !each.stop)
    const leaves = [
      ...new Set((telling.length > 0 ? telling : words).map(each => this.#word(each))),
      ...emoji.map(each => this.#leafOf([each])),
    ]
    return joined(
      this.#relaxed && top ? 'any' : 'all',
      leaves.map(leaf => ({ kind: 'leaf', leaf })),
    )
  }

  #word(word: Word): number {
    const known = this.#foundOf([word.main, ...word.also])
    if (known.length > 0) return this.#leafOf(known)
    const meant = this.#corrections.length < MOST_UNKNOWN ? this.#correct(word) : undefined
    return this.#leafOf(meant ?? [word.main])
  }

  #correct({ written }: Word): readonly string[] | undefined {
    if (!mayBeMisspelt(written)) return undefined
    const forgiven = lettersForgiven(written)
    const letters = { least: written.length - forgiven, most: written.length + forgiven }
    const candidates = new Set(this.#known.spellings(written.slice(0, SURE_LETTERS), letters, MOST_COMPARED))
    for (let spelling = 0; spelling < MOST_SPELLINGS; spelling++) {
      const meant = closestSpelling(written, candidates)
      if (meant === undefined) return undefined
      const forms = this.#foundOf([meant, ...wordsOf(meant).map(({ main }) => main)])
      const terms = forms.length > 0 ? forms : this.#foundOf([WRITTEN_MARK + meant])
      if (terms.length > 0) {
        this.#corrections.push({ written, meant })
        return terms
      }
      candidates.delete(meant)
    }
    return undefined
  }

  /** The terms that at least one message contains, without duplicates. */
  #foundOf(terms: readonly string[]): readonly string[] {
    return [...new Set(terms)].filter(each => this.#known.found(each) > 0)
  }

  #phrase(text: string): PlanNode | undefined {
    const words = wordsOf(text)
    if (words.length === 0) return undefined
    if (words.length === 1) return { kind: 'leaf', leaf: this.#word(words[0] as Word) }
    const mains = words.map(({ main }) => main)
    // Two consecutive stop words have a term of their own, which few messages contain.
    const pairs = words.flatMap((word, at) => {
      const before = words[at - 1]
      return before?.stop === true && word.stop ? [pairTerm(before.main, word.main)] : []
    })
    const leaves = [
      ...new Set([...mains.map(main => this.#leafOf([main])), ...pairs.map(pair => this.#leafOf([pair], 0))]),
    ]
    const phrase: Phrase = { words: mains, proven: words.length === 2 && pairs.length === 1 }
    return { kind: 'phrase', leaves, phrase }
  }

  #prefix(text: string): PlanNode | undefined {
    const folded = inSmallLetters(fold(text))
    const beginning = /[\p{L}\p{M}\p{N}]+$/u.exec(folded)?.[0] ?? ''
    const before = folded.slice(0, folded.length - beginning.length)
    const terms = beginning === '' ? [] : this.#completionsOf(beginning)
    const leaf = this.#leafOf(terms.length === 0 ? [beginning] : terms)
    const others = /[\p{L}\p{N}]/u.test(before) ? this.#words(before, false) : undefined
    return joined('all', [...(others === undefined ? [] : [others]), { kind: 'leaf', leaf }])
  }

  #completionsOf(beginning: string): readonly string[] {
    const terms: string[] = []
    for (const term of this.#known.completions(beginning, MOST_COMPLETIONS)) {
      if (terms.length === MOST_COMPLETIONS) break
      if (this.#known.found(term) > 0) terms.push(term)
    }
    return terms
  }

  #leafOf(terms: readonly string[], weight?: number): number {
    const key = terms.join('\n')
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const found = Math.min(
      this.#known.present,
      terms.reduce((sum, term) => sum + this.#known.found(term), 0),
    )
    const number = this.#leaves.push({ terms, found, weight: weight ?? rarity(found, this.#known.present, 0, 0) }) - 1
    this.#numbers.set(key, number)
    return number
  }
}

const joined = (kind: 'all' | 'any', of: readonly PlanNode[]): PlanNode | undefined =>
  of.length <= 1 ? of[0] : { kind, of }
