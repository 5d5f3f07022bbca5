/** Determines whether a clause speaks of the past or of the future, and so which Tuesday “on Tuesday” means. */
import { wholeWordsOf } from '../lexicons/lexicon.ts'
import type { Tense } from './date-span.ts'

const FUTURE = wholeWordsOf('future-cues')
const PAST = wholeWordsOf('past-cues')
/** Words right before a date that decide by themselves. */
const SINCE = /(?:^|[^\p{L}])(?:since|ever since|מאז|החל מ)[\s-]*$/iu
const UNTIL =
  /(?:^|[^\p{L}])(?:until|till|til|by|for|(?:moved|postponed|rescheduled|pushed|changed) to|עד|לקראת|(?:נדחה|נדחתה|הוזז|הוזזה) ל)[\s-]*$/iu

/** The end of a clause. */
const CLAUSE_END = /[.!?;\n]/u
/** Characters on either side of a date that are examined. */
const MOST_CHARACTERS = 120

/** The tense of the clause around the characters from `start` to `end` of a text. */
export const tenseAt = (text: string, start: number, end: number): Tense => {
  const before = lastClause(text.slice(Math.max(0, start - MOST_CHARACTERS), start))
  if (SINCE.test(before)) return 'past'
  if (UNTIL.test(before)) return 'future'
  const after = text.slice(end, end + MOST_CHARACTERS).split(CLAUSE_END, 1)[0] ?? ''
  const clause = `${before} ${after}`
  return FUTURE.test(clause) ? 'future' : PAST.test(clause) ? 'past' : undefined
}

const lastClause = (text: string): string => text.split(CLAUSE_END).at(-1) ?? ''
