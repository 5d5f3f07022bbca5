/**
 * Names what the sentences of a text state: the attribute and whose it is, without the value. Two statements with one key
 * speak of the same thing, and where their values differ, the later one holds.
 */
import { clausesOf } from '../clauses.ts'
import { isOwnStatement, readSentences } from '../stance.ts'
import { compare } from './compare-facts.ts'
import { parseFact, type ParsedFact } from './parse-fact.ts'
import { isFigure } from './replacement.ts'

/** What a clause states. */
export interface KeyedStatement {
  readonly key: string
  readonly sentence: string
  readonly parsed: ParsedFact
}

/** Every key begins so; no word does. */
export const KEY_MARK = '='

/** Beginning of a text that is read; what comes after is a document, not something said. */
const MOST_CHARACTERS = 2000
const MOST_STATEMENTS = 12

/** The statements of a text about things that have one value at a time. `speaker`: the words of the speaker's names. */
export const keyedStatements = (text: string, speaker: ReadonlySet<string>): readonly KeyedStatement[] => {
  const found: KeyedStatement[] = []
  for (const read of readSentences(text.slice(0, MOST_CHARACTERS))) {
    if (found.length >= MOST_STATEMENTS) break
    if (!isOwnStatement(read)) continue
    for (const clause of clausesOf(read.sentence)) {
      const parsed = parseFact(clause, speaker)
      const { attribute, about, time } = parsed
      if (attribute === undefined || attribute.cardinality === 'several' || time !== 'now') continue
      found.push({ key: `${KEY_MARK}${attribute.name}:${about.join('+')}`, sentence: clause, parsed })
    }
  }
  return found
}

/** The keys alone, each once. */
export const statementKeys = (text: string, speaker: ReadonlySet<string>): readonly string[] => [
  ...new Set(keyedStatements(text, speaker).map(({ key }) => key)),
]

/** Whether a later statement with the same key says something else. */
export const saysOtherwise = (later: ParsedFact, earlier: ParsedFact): boolean => {
  const verdict = compare(later, earlier)
  if (verdict === 'same' || isSameDay(later, earlier)) return false
  return verdict === 'contradicts' || later.value.join(' ') !== earlier.value.join(' ')
}

/** Whether only one of them writes the date of the same weekday out. */
const isSameDay = (later: ParsedFact, earlier: ParsedFact): boolean => {
  const [values, others] = [new Set(later.value), new Set(earlier.value)]
  const shared = values.intersection(others)
  const isDetail = values.isSubsetOf(others) || others.isSubsetOf(values)
  const [isNamed, isDated] = [[...shared].some(isFigure), [...values.symmetricDifference(others)].every(isFigure)]
  return isDetail && isNamed && isDated
}
