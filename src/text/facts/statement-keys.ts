/**
 * Determines keys for the sentences of a text: the attribute and its owner, without the value. Two statements with the
 * same key are about the same thing, and if their values differ, the later one holds.
 */
import { clausesOf } from '../clauses.ts'
import { isOwnStatement, readSentences } from '../stance.ts'
import { compare } from './compare-facts.ts'
import { parseFact, type ParsedFact } from './parse-fact.ts'
import { isFigure } from './replacement.ts'

/** The statement of a clause, with its key. */
export interface KeyedStatement {
  readonly key: string
  readonly sentence: string
  readonly parsed: ParsedFact
}

/** Every key begins with it; no word does. */
export const KEY_MARK = '='

/** How much of the beginning of a text is read; the rest belongs to a document, not to something said. */
const MOST_CHARACTERS = 2000
const MOST_STATEMENTS = 12

/** The statements of a text about attributes with one value at a time. `speaker`: the words of the speaker's names. */
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

/** Only the keys, without duplicates. */
export const statementKeys = (text: string, speaker: ReadonlySet<string>): readonly string[] => [
  ...new Set(keyedStatements(text, speaker).map(({ key }) => key)),
]

/** Whether a later statement with the same key differs. */
export const saysOtherwise = (later: ParsedFact, earlier: ParsedFact): boolean => {
  const verdict = compare(later, earlier)
  if (verdict === 'same' || isSameDay(later, earlier)) return false
  return verdict === 'contradicts' || later.value.join(' ') !== earlier.value.join(' ')
}

/** Whether they name the same weekday and only one of them adds its date. */
const isSameDay = (later: ParsedFact, earlier: ParsedFact): boolean => {
  const [values, others] = [new Set(later.value), new Set(earlier.value)]
  const shared = values.intersection(others)
  const isDetail = values.isSubsetOf(others) || others.isSubsetOf(values)
  const [isNamed, isDated] = [[...shared].some(isFigure), [...values.symmetricDifference(others)].every(isFigure)]
  return isDetail && isNamed && isDated
}
