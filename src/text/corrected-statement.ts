/** Applies a correction to the statement that it corrects: “the dentist is on Monday” and “no, Tuesday”. English and Hebrew. */
import { correctionLeadOf } from './correction.ts'
import { WORD_BEGINS, WORD_ENDS } from './lexicons/lexicon.ts'
import { NUMBER_WORDS } from './number-words.ts'

/** Longest statement, in characters, to which a correction is applied. */
const MOST_CHARACTERS = 300
/** Most words of a value that replaces another one by its position. */
const MOST_VALUE_WORDS = 4

const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)\\p{L}*'
const HEBREW_MONTH = '[בלמ]?(?:ינואר|פברואר|מרץ|מרס|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר)'
const WEEKDAY = '(?:sun|mon|tues?|wednes|wed|thurs?|fri|satur|sat)(?:days?)?'
const HEBREW_WEEKDAY = '(?:[בלמ]?יום |[בלמ]ימי )?(?:ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת)'
const numberWords = [...NUMBER_WORDS.keys()].sort((a, b) => b.length - a.length).join('|')

const DATE = `(?:\\d{1,2} ${MONTH}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?|[בלמ]?-?\\d{1,2} ${HEBREW_MONTH})(?:,? \\d{4})?`

/** Values that can replace each other, by kind; the first kind that occurs in both decides. */
const KINDS: readonly string[] = [
  `${WORD_BEGINS}(?:(?:(?:${WEEKDAY}|${HEBREW_WEEKDAY}),? )?${DATE}|[בלמ]?-?\\d{1,2}[./]\\d{1,2}(?:[./]\\d{2,4})?|${WEEKDAY}|tomorrow|today|tonight|${HEBREW_WEEKDAY}|מחר|היום|מחרתיים|הערב)${WORD_ENDS}`,
  `${WORD_BEGINS}(?:[בלמ]-?)?(?:\\d{1,2}(?::\\d\\d)? ?(?:am|pm|a\\.m\\.|p\\.m\\.)|\\d{1,2}:\\d\\d)${WORD_ENDS}`,
  `${WORD_BEGINS}(?:[בלמ]-?)?\\d[\\d,.-]*${WORD_ENDS}`,
  `${WORD_BEGINS}(?:${numberWords})${WORD_ENDS}`,
]
const KIND_PATTERNS = KINDS.map(source => new RegExp(source, 'giu'))

/** Words around a bare value: “it's on Tuesday, sorry”. */
const AROUND =
  /^(?:sorry|actually|rather|instead|of course|i meant?|it['’]?s|it is|that['’]?s|it was|it should be|should be|the|on|at|in|to|from|for|is|and|no|next|this|its|called|named|סליחה|בעצם|כמובן|התכוונתי|הכוונה|זה|היא|הוא|אל)(?![\p{L}\p{N}])[\s,:–-]*/iu
const TAIL =
  /[\s,.!–-]*(?:(?<![\p{L}\p{N}])(?:sorry|actually|instead|of course|i mean|i meant|סליחה|כמובן|בעצם))?[\s,.!–-]*$/iu

/** Phrases that repeat that something else was meant. */
const MEANT = /^(?:(?:sorry|i meant?|i was wrong|סליחה|התכוונתי|הכוונה|הייתה)(?![\p{L}\p{N}])[\s,:–-]*)+/iu
/** A value with its own verb is a sentence: “Tuesday is fine”. */
const HAS_VERB =
  /(?<![\p{L}\p{N}])(?:is|are|was|were|will|would|can|do|does|did|have|has|הוא|היא|הם|יש|אין|היה|הייתה)(?![\p{L}\p{N}])/iu

/** “4471, not 4417”, “not 4417 but 4471”. */
const NOT_THE_OTHER = [
  /^(?<value>.{1,80}?),? (?:and |ו)?(?:not|instead of|rather than|לא|במקום) (?<old>.{1,80})$/iu,
  /^(?:not|לא) (?<old>.{1,80}?),? (?:but|rather|it['’]?s|אלא|כי אם) (?<value>.{1,80})$/iu,
]

/** Where the value of a statement begins, if its kind is unknown. */
const VALUE_BEGINS =
  /^(?<start>.*(?<![\p{L}\p{N}])(?:is|are|was|were|in|at|to|on|for|called|named|with|by|as|a|an|הוא|היא|זה|הם|קוראים|נקרא|נקראת|בשם|עם|את)) (?<value>\S.*)$/iu
const HEBREW_PREFIX = /^[בלמכ](?=[א-ת]{2})/

/** A statement that is complete by itself: it has its own subject. */
const OWN_SUBJECT = /^(?:i|my|we|our|he|she|they|the \S+ \S+ |אני|אנחנו|ה\S+ שלי)(?![\p{L}\p{N}])/iu

/** A corrected statement: the earlier statement with another value, or one that is complete by itself. */
export interface Corrected {
  readonly text: string
  /** Whether the value replaced one of the same kind, or the one that the correction names. */
  readonly certain: boolean
}

/** Applies a correction to a statement; `undefined` if the correction does not reveal what it corrects. */
export const correctedStatement = (statement: string, correction: string): Corrected | undefined => {
  const rest = stripped(correction)
  if (rest === undefined || statement.length > MOST_CHARACTERS) return undefined
  for (const pattern of NOT_THE_OTHER) {
    const { value = '', old = '' } = pattern.exec(rest)?.groups ?? {}
    const [to, from] = [bare(value), bare(old)]
    const at = from === '' || to === '' ? -1 : statement.toLowerCase().lastIndexOf(from.toLowerCase())
    if (at >= 0) return { text: statement.slice(0, at) + to + statement.slice(at + from.length), certain: true }
  }
  if (/^(?:not|לא)(?![\p{L}\p{N}])/iu.test(rest)) return undefined
  if (OWN_SUBJECT.test(rest)) return { text: rest, certain: false }
  return byKind(statement, rest) ?? byPlace(statement, rest)
}

/** A correction without its opening and the words around its value. */
const stripped = (correction: string): string | undefined => {
  const lead = correctionLeadOf(correction)
  if (lead === undefined) return undefined
  return correction
    .slice(lead.length)
    .replace(/^[\s,:.!;–-]+/u, '')
    .replace(MEANT, '')
    .trim()
}

/** A value without the words around it. */
const bare = (words: string): string => {
  let rest = words.trim().replace(TAIL, '')
  for (let left = rest.replace(AROUND, ''); left !== rest && left !== ''; left = rest.replace(AROUND, '')) rest = left
  return rest
}

/** Replaces the last value of the same kind; only if the correction says nothing else. */
const byKind = (statement: string, rest: string): Corrected | undefined => {
  for (const kind of KIND_PATTERNS) {
    const [value, more] = [...rest.matchAll(kind)]
    const old = [...statement.matchAll(kind)].at(-1)
    if (value === undefined || more !== undefined || old === undefined) continue
    const others = bare(`${rest.slice(0, value.index)} ${rest.slice(value.index + value[0].length)}`.trim())
    if (others !== '' && !AROUND.test(`${others} `)) continue
    const text = statement.slice(0, old.index) + value[0] + statement.slice(old.index + old[0].length)
    return text === statement ? undefined : { text, certain: true }
  }
  return undefined
}

/** Replaces the words after the last preposition or verb by a short value. */
const byPlace = (statement: string, rest: string): Corrected | undefined => {
  const value = bare(rest)
  if (value === '' || HAS_VERB.test(value) || value.split(/\s+/).length > MOST_VALUE_WORDS) return undefined
  const hebrew = behindPrefix(statement, value)
  if (hebrew !== undefined) return { text: hebrew, certain: false }
  const { start, value: old = '' } = VALUE_BEGINS.exec(statement.replace(/[.!]+$/, ''))?.groups ?? {}
  if (start === undefined || old.split(/\s+/).length > MOST_VALUE_WORDS) return undefined
  return { text: `${start} ${value}`, certain: false }
}

/**
 * A Hebrew value with a prefix replaces the last word with the same prefix, or with another one if “I meant” brought
 * its own.
 */
const behindPrefix = (statement: string, value: string): string | undefined => {
  const prefix = HEBREW_PREFIX.exec(value)?.[0]
  if (prefix === undefined) return undefined
  const words = statement.split(' ')
  const last = (is: (word: string) => boolean): number => words.findLastIndex((word, index) => index > 0 && is(word))
  const same = last(word => word.startsWith(prefix))
  const at = same > 0 ? same : last(word => HEBREW_PREFIX.test(word))
  if (at <= 0 || words.length - at > MOST_VALUE_WORDS) return undefined
  const kept = same > 0 ? '' : (words[at]?.charAt(0) ?? '')
  return [...words.slice(0, at), kept + (same > 0 ? value : value.slice(1))].join(' ')
}
