/** Questions of every kind for a generated archive. */
import type { ArchiveQuestion } from '../../../src/archive/archive-search.ts'
import { wordsOf } from '../../../src/text/analyser/analyser.ts'
import type { Corpus } from '../../support/archive-corpus.ts'

export interface BenchQuestion extends Partial<ArchiveQuestion> {
  /** How many pages of `limit` hits come before the one that is measured. */
  readonly pages_before?: number
}

/** The most results that a page may have (as in the operation `archive.search`), and the usual number. */
const LARGEST_PAGE = 200
const USUAL_PAGE = 20

const from2025 = Date.UTC(2025, 0, 1)

/** Kinds that other engines are asked, too. */
export const COMPARED_KINDS: ReadonlySet<string> = new Set([
  'rare word',
  'mid word',
  'common word',
  'the commonest word',
  'two common words',
  'rare OR the commonest',
  'phrase',
])
/** How many questions of each of these kinds. */
export const COMPARED_QUESTIONS = 8

/** Kinds with their questions, `count` each. */
export const queriesOf = (
  corpus: Corpus,
  random: () => number,
  count: number,
): ReadonlyMap<string, readonly BenchQuestion[]> => {
  const at = (low: number, high: number): string => {
    for (;;) {
      const { words } = random() < 0.7 ? corpus.english : corpus.hebrew
      const word = words[Math.min(words.length - 1, low + Math.floor(random() * (high - low)))] ?? ''
      if (word.length > 2 && wordsOf(word)[0]?.stop === false) return word
    }
  }
  const rare = (): string => at(15_000, 20_000)
  const mid = (): string => at(1000, 4000)
  const common = (): string => at(60, 110)
  const commonest = corpus.english.words.slice(1, 1 + count)
  const second = corpus.english.words[1] ?? ''
  const each = (make: () => BenchQuestion): readonly BenchQuestion[] => Array.from({ length: count }, make)
  const typo = (word: string): string => `${word.slice(0, 3)}${word.slice(4)}`
  const filters = { project: '/home/dev/project-3', level: 'ERROR', component: 'LSP' } as const
  const long = (): string => {
    for (;;) {
      const word = mid()
      if (word.length > 6) return word
    }
  }
  return new Map<string, readonly BenchQuestion[]>([
    ['rare word', each(() => ({ query: rare() }))],
    ['mid word', each(() => ({ query: mid() }))],
    ['common word', each(() => ({ query: common() }))],
    ['the commonest word', each(() => ({ query: 'the' }))],
    ['two common words', each(() => ({ query: `${common()} AND ${common()}` }))],
    ['two of the commonest (AND)', commonest.map(word => ({ query: `the AND ${word}` }))],
    ['rare OR common', each(() => ({ query: `${rare()} OR ${common()}` }))],
    ['rare OR the commonest', each(() => ({ query: `${rare()} OR the` }))],
    ['five words, any', each(() => ({ query: [mid(), common(), mid(), common(), rare()].join(' OR ') }))],
    ['NOT', each(() => ({ query: `${common()} NOT ${common()}` }))],
    ['phrase', each(() => ({ query: `"${common()} ${common()}"` }))],
    ['phrase with a commonest word', each(() => ({ query: `"the ${common()}"` }))],
    [
      'phrase of commonest words',
      each(() => ({ query: `"the ${corpus.english.words[1 + Math.floor(random() * 20)] ?? ''}"` })),
    ],
    ['parentheses', each(() => ({ query: `(${common()} OR ${mid()}) AND (${common()} OR ${rare()})` }))],
    ['parentheses with the commonest', each(() => ({ query: `(the OR ${mid()}) AND (${second} OR ${common()})` }))],
    [
      'parentheses in parentheses',
      each(() => ({ query: `((the OR ${rare()}) AND (${second} OR ${common()})) OR (${mid()} AND ${common()})` })),
    ],
    ['commonest OR commonest AND rare', each(() => ({ query: `(the OR ${second}) AND ${rare()}` }))],
    ['parentheses NOT the commonest', each(() => ({ query: `(${common()} OR ${mid()}) NOT the` }))],
    ['three of the commonest (AND)', commonest.slice(2).map(word => ({ query: `the AND ${second} AND ${word}` }))],
    [
      'phrase in parentheses',
      each(() => ({ query: `("the ${common()}" OR ${mid()}) AND (${second} OR ${common()})` })),
    ],
    ['beginning of 4 letters', each(() => ({ query: `${long().slice(0, 4)}*` }))],
    ['misspelt word', each(() => ({ query: typo(long()) }))],
    ['word and project', each(() => ({ query: common(), filters: { project: filters.project } }))],
    [
      'word and session',
      each(() => ({ query: 'the', filters: { session: `session-${String(1 + Math.floor(random() * 900))}` } })),
    ],
    ['word and component', each(() => ({ query: 'the', filters: { component: filters.component } }))],
    ['word and level', each(() => ({ query: common(), filters: { level: 'FATAL' as const } }))],
    ['word and person', each(() => ({ query: common(), filters: { person: { name: 'Dana' } } }))],
    [
      'word and time',
      each(() => ({ query: common(), filters: { since: from2025, until: from2025 + 7 * 86_400_000 } })),
    ],
    [
      'word and all filters',
      each(() => ({ query: common(), filters: { ...filters, since: from2025, role: 'system' as const } })),
    ],
    ['word, newest first', each(() => ({ query: common(), sort: 'newest' as const }))],
    ['commonest word, newest first', each(() => ({ query: 'the', sort: 'newest' as const }))],
    ['browse, newest first', each(() => ({}))],
    ['browse with filters', each(() => ({ filters }))],
    ['the largest page (198 to 200 hits)', each(() => ({ query: common(), limit: LARGEST_PAGE - 3 }))],
    ['1,000 hits deep', each(() => ({ query: common(), limit: USUAL_PAGE, pages_before: 50 }))],
    ['1,000 hits deep, commonest word', each(() => ({ query: 'the', limit: USUAL_PAGE, pages_before: 50 }))],
    [
      '1,000 hits deep, five words, any',
      each(() => ({
        query: [mid(), common(), mid(), common(), rare()].join(' OR '),
        limit: USUAL_PAGE,
        pages_before: 50,
      })),
    ],
    [
      '1,000 hits deep, newest first',
      each(() => ({ query: common(), sort: 'newest' as const, limit: USUAL_PAGE, pages_before: 50 })),
    ],
    ['counts (facets), mid word', each(() => ({ query: mid(), facets: true }))],
    ['counts, common word', each(() => ({ query: common(), facets: true }))],
    ['counts, one of the commonest', commonest.map(query => ({ query, facets: true }))],
    [
      'counts, commonest and a level',
      commonest.map(query => ({ query, facets: true, filters: { level: 'ERROR' as const } })),
    ],
    [
      'counts, commonest and a project',
      commonest.map(query => ({ query, facets: true, filters: { project: filters.project } })),
    ],
    ['counts, commonest and a year', commonest.map(query => ({ query, facets: true, filters: { since: from2025 } }))],
    ['counts, two of the commonest (OR)', commonest.slice(1).map(word => ({ query: `the OR ${word}`, facets: true }))],
    [
      'counts, two of the commonest (AND)',
      commonest.slice(1).map(word => ({ query: `the AND ${word}`, facets: true })),
    ],
    ['NOT parentheses', each(() => ({ query: `the NOT (${second} OR "${common()} ${common()}")` }))],
    ['two phrases (OR)', each(() => ({ query: `"the ${common()}" OR "${second} ${common()}"` }))],
    ['counts, beginning of 4 letters', each(() => ({ query: `${long().slice(0, 4)}*`, facets: true }))],
    [
      'counts, commonest and three filters',
      commonest.map(query => ({
        query,
        facets: true,
        filters: { level: 'ERROR' as const, since: from2025, role: 'system' as const },
      })),
    ],
    [
      'counts, parentheses in parentheses',
      each(() => ({
        query: `((the OR ${mid()}) AND NOT (${second} AND ${common()})) OR "${common()} ${common()}"`,
        facets: true,
      })),
    ],
    ['counts, parentheses', each(() => ({ query: `(the OR ${mid()}) AND (${second} OR ${common()})`, facets: true }))],
  ])
}
