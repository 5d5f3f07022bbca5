/** Determines whether a clause speaks of the past or of the future, and so which Tuesday “on Tuesday” means. */
import { wholeWordsOf } from '../lexicons/lexicon.ts'
import type { Tense } from './date-span.ts'

const FUTURE = wholeWordsOf('future-cues')
const PAST = wholeWordsOf('past-cues')
/** Words right before a date that decide by themselves. */
const SINCE = /(?:^|[^\p{L}])(?:since|ever since|מאז|החל מ)[\s-]*$/iu
const UNTIL = /(?:^|[^\p{L}])(?:until|till|til|by|for|עד|לקראת)[\s-]*$/iu
/** Something that is moved to or from a day has not taken place. */
const MOVED =
  /(?:^|[^\p{L}])(?:moved|postponed|rescheduled|pushed|changed|shifted|switched|delayed|brought|put) (?:\S{1,20} ){0,6}?(?:to|from)\s*(?:the\s*)?$/iu
const MOVED_IN_HEBREW =
  /(?:^|[^\p{L}])(?:נדחה|נדחתה|נדחו|דחו|דחיתי|דחינו|הוזז|הוזזה|הזיזו|הזזתי|הזזנו|הועבר|הועברה|העבירו|העברתי|העברנו|הוקדם|הוקדמה|הקדימו|שינו|שיניתי|שינינו) (?:\S{1,20} ){0,6}?[למ]?$/u

/** A date that opens a clause belongs to what follows: “he said that on Friday we will meet”. */
const OPENS = /(?:(?<!\p{L})(?:that|but|because|and|so|then|אבל|כי|אז)|[,:–-])\s*(?:on\s*)?$/iu

/** The end of a clause. */
const CLAUSE_END = /[.!?;\n]/u
/** Characters on either side of a date that are examined. */
const MOST_CHARACTERS = 120

/** The tense of the clause around the characters from `start` to `end` of a text. */
export const tenseAt = (text: string, start: number, end: number): Tense => {
  const before = lastClause(text.slice(Math.max(0, start - MOST_CHARACTERS), start))
  if (SINCE.test(before)) return 'past'
  if (UNTIL.test(before)) return 'future'
  const date = text.slice(start, end)
  if (MOVED.test(before) || (MOVED_IN_HEBREW.test(before) && /^[למ]/u.test(date))) return 'future'
  const after = text.slice(end, end + MOST_CHARACTERS).split(CLAUSE_END, 1)[0] ?? ''
  const following = FUTURE.test(after) ? 'future' : PAST.test(after) ? 'past' : undefined
  if (following !== undefined && OPENS.test(before)) return following
  const nearest = nearestCue(before) ?? following
  return nearest === 'present' ? undefined : nearest
}

/** In this order if two cues end at the same place. */
const CUES = [
  ['future', new RegExp(FUTURE.source, 'giu')],
  ['past', new RegExp(PAST.source, 'giu')],
  ['present', new RegExp(wholeWordsOf('present-cues').source, 'giu')],
] as const

/** The cue that ends last: “I was told that it starts on Sunday” speaks of what starts. */
const nearestCue = (before: string): 'future' | 'past' | 'present' | undefined => {
  const ends = CUES.map(([cue, pattern]) => {
    const last = [...before.matchAll(pattern)].at(-1)
    return { cue, end: last === undefined ? -1 : last.index + last[0].length }
  }).filter(({ end }) => end >= 0)
  const cue = ends.toSorted((a, b) => b.end - a.end)[0]?.cue
  return cue === 'present' && ends.some(each => each.cue === 'future') ? 'future' : cue
}

const lastClause = (text: string): string => text.split(CLAUSE_END).at(-1) ?? ''
