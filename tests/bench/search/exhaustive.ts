/** Compares the best ten of searches, and their counts, with BM25 over every message. */
import { openArchiveIndexDatabase } from '../../../src/archive/index/sqlite/archive-index-database.ts'
import { IndexParts } from '../../../src/archive/index/sqlite/index-parts.ts'
import { Columns } from '../../../src/archive/index/columns.ts'
import { parseQuery } from '../../../src/archive/index/query-language.ts'
import { QueryResolver } from '../../../src/archive/index/resolve-query.ts'
import { TopHits } from '../../../src/archive/index/top-hits.ts'
import { WordStatistics } from '../../../src/archive/index/word-statistics.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import type { Corpus } from '../../support/archive-corpus.ts'
import type { ArchiveRig } from '../../support/archive-rig.ts'
import { WholeSearch } from '../../support/whole-search.ts'
import { queriesOf } from './queries.ts'

const KINDS = [
  'rare word',
  'mid word',
  'common word',
  'the commonest word',
  'two common words',
  'rare OR common',
  'rare OR the commonest',
  'five words, any',
  'NOT',
  'phrase',
  'phrase with a commonest word',
  'parentheses',
  'parentheses with the commonest',
]
const QUERIES = 5

/** What a comparison found. */
export interface Comparison {
  /** Share of the best ten of BM25 that the search found. */
  readonly overlap: number
  readonly questions: number
  /** Questions of which the counts are not the number of messages that match. */
  readonly miscounted: readonly string[]
}

/** What matches a query, by looking at every message. */
export interface ExhaustiveResult {
  /** Of each message that matches and passes the filter, by its sequence number. */
  readonly scores: ReadonlyMap<number, number>
  readonly best: TopHits
}

/** Opens the index of a rig beside it. @returns what looks at every message; `undefined` for a query without words */
export const openExhaustive = (
  rig: ArchiveRig,
): {
  readonly search: (query: string, limit: number, passes?: Passes) => ExhaustiveResult | undefined
} & Disposable => {
  const index = openArchiveIndexDatabase({ path: rig.path, clock: systemClock, logger: silentLogger })
  const parts = new IndexParts(index.database)
  const columns = new Columns()
  const rows = index.database.all<{ first: number; last: number; columns: Uint8Array }>(
    'select first, last, columns from parts',
  )
  for (const { first, last, columns: bytes } of rows) columns.load(first, last, bytes)
  const statistics = new WordStatistics(parts, columns)
  statistics.refresh()
  const search = (query: string, limit: number, passes: Passes = () => true): ExhaustiveResult | undefined => {
    const parsed = parseQuery(query).query
    if (parsed === undefined) return undefined
    const { plan } = new QueryResolver(statistics, false).resolve(parsed)
    const best = new TopHits(limit)
    const scores = new Map<number, number>()
    const whole = new WholeSearch(parts, columns, plan)
    for (const part of parts.parts) {
      const found = whole.search(part)
      for (let offset = 0; offset <= part.last - part.first; offset++) {
        const seq = part.first + offset
        if (found.matched[offset] !== 1 || columns.column('role')[seq] === 0 || !passes(columns, seq)) continue
        scores.set(seq, found.scores[offset] ?? 0)
        best.offer(found.scores[offset] ?? 0, seq)
      }
    }
    return { scores, best }
  }
  return {
    search,
    [Symbol.dispose]: () => {
      index[Symbol.dispose]()
    },
  }
}

type Passes = (columns: Columns, seq: number) => boolean

export const compareWithExhaustive = async (
  rig: ArchiveRig,
  corpus: Corpus,
  random: () => number,
): Promise<Comparison> => {
  using exhaustive = openExhaustive(rig)
  let shared = 0
  let all = 0
  let asked = 0
  const miscounted: string[] = []
  for (const [kind, questions] of queriesOf(corpus, random, QUERIES)) {
    if (!KINDS.includes(kind)) continue
    for (const { query = '' } of questions) {
      const whole = exhaustive.search(query, 10)
      const answer = await rig.ask(query, { facets: true })
      if (whole === undefined || answer.notes.any_word) continue
      asked++
      if (answer.facets?.messages !== whole.scores.size) miscounted.push(query)
      const found = new Set(answer.messages.map(({ seq }) => seq))
      const wanted = whole.best.sorted()
      shared += wanted.filter(({ seq }) => found.has(seq)).length
      all += wanted.length
    }
  }
  return { overlap: all === 0 ? 1 : shared / all, questions: asked, miscounted }
}
