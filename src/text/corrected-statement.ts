/** Applies a correction to the statement that it corrects: “the dentist is on Monday” and “no, Tuesday”. English and Hebrew. */
import { wordsOf } from './analyser/analyser.ts'
import { subjectStems } from './content-stems.ts'
import { readCorrection, type CorrectionParts } from './correction.ts'
import { haveSameAttribute } from './facts/compare-facts.ts'
import { parseFact } from './facts/parse-fact.ts'
import { mayReplace } from './facts/replacement.ts'
import { valenceOf } from './valence/valence.ts'
import { beginsWithValue, containsValue, haveSameKind, isOneValue, VALUE_KINDS } from './value-kinds.ts'
import { isCommon } from './word-frequency.ts'

/** Longest statement, in characters, to which a correction is applied. */
const MOST_CHARACTERS = 300
/** Most words of a value that replaces another one by its position. */
const MOST_VALUE_WORDS = 4
const NO_NAMES: ReadonlySet<string> = new Set()

/** Words around a bare value: “it's on Tuesday, sorry”. */
const AROUND =
  /^(?:sorry|actually|rather|instead|of course|i meant?|it['’]?s|it is|that['’]?s|it was|it should be|should be|the|on|at|in|to|from|for|is|and|no|this|its|number|called|named|spelled|מספר|סליחה|בעצם|כמובן|התכוונתי|הכוונה|זה|היא|הוא|אל)(?![\p{L}\p{N}])[\s,:–-]*/iu
const NOISE = '(?:[\\s,.!–-]|\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\ufe0f)*'
const TAIL = new RegExp(
  `${NOISE}(?:(?<![\\p{L}\\p{N}])(?:sorry|actually|instead|of course|i mean|i meant|now|lol|haha(?:ha)*|סליחה|סורי|כמובן|בעצם|עכשיו|חח+))?${NOISE}$`,
  'iu',
)

/** Phrases that repeat that something else was meant. */
const MEANT =
  /^(?:(?:sorry|i meant?|i was wrong|i (?:think|guess|believe|suppose)(?: that)?(?= (?:it|its|it['’]s)(?!\p{L}))|סליחה|התכוונתי|הכוונה|הייתה)(?![\p{L}\p{N}])[\s,:–-]*)+/iu
/** “I meant to …” brings its own preposition. */
const BRINGS_PREPOSITION = /התכוונתי|הכוונה/
/** How people say that a time was moved. */
const MOVED =
  /(?<!\p{L})(?:(?:got|was|is|has been|is being) )?(?:moved|changed|pushed|postponed|rescheduled|shifted)(?: (?:back|forward|up))?(?: to)?(?!\p{L})/giu
/** A value with its own verb is a sentence: “Tuesday is fine”. */
const HAS_VERB =
  /(?<![\p{L}\p{N}])(?:is|are|was|were|will|would|can|do|does|did|have|has|הוא|היא|הם|יש|אין|היה|הייתה)(?![\p{L}\p{N}])/iu

/** Where the value of a statement begins, if its kind is unknown. */
const VALUE_BEGINS =
  /^(?<start>.*(?<![\p{L}\p{N}])(?:is|are|was|were|in|at|to|on|for|called|named|with|by|as|a|an|הוא|היא|זה|הם|קוראים|נקרא|נקראת|בשם|עם|את)) (?<value>\S.*)$/iu
const HEBREW_PREFIX = /^[בלמכ](?=[א-ת]{2})/
/** What follows these words begins with no preposition. */
const COPULA = /^(?:הוא|היא|הם|הן|זה|קוראים|נקרא|נקראת)$/

/** A statement with its own subject. */
const OWN_SUBJECT =
  /^(?:i|i['’]?m|i['’]?ve|my|we|our|the \S+ \S+ |אני|אנחנו|ה\S+ שלי|יש לי|אין לי|[א-ת]+(?:תי|נו) )(?![\p{L}\p{N}])/iu
/** A statement whose subject only the earlier statement names. */
const PRONOUN_SUBJECT =
  /^(?:(?:he|she|they|his|her|their|it)(?![\p{L}\p{N}'’])|(?:he|she|they)['’](?:s|re) |(?:היא|הוא|הם|הן|קוראים ל(?:ו|ה|הם|הן)|השם של(?:ו|ה)|שמ(?:ו|ה)) )/iu

/** A sentence that begins with these refers to an earlier one. */
const NEEDS_SUBJECT = /^(?:is|are|was|were|it|that|this|he|she|they|not|no|הוא|היא|הם|זה|יש|אין|לא)(?!\p{L})/iu

/** A corrected statement: the earlier statement with another value, or one that is complete by itself. */
export interface Corrected {
  readonly text: string
  /** Whether the value replaced one of the same kind, or the one that the correction names. */
  readonly certain: boolean
}

/** Applies a correction to a statement; `undefined` if the correction does not reveal what it corrects. */
export const correctedStatement = (statement: string, correction: string): Corrected | undefined => {
  const parts = readCorrection(correction)
  if (parts === undefined || statement.length > MOST_CHARACTERS) return undefined
  const contrasted = byContrast(statement, parts)
  if (contrasted !== undefined) return contrasted
  const rest = parts.rest.replace(MEANT, '').trim()
  if (/^(?:not|לא)(?![\p{L}\p{N}])/iu.test(rest) || (parts.mark === 'weak' && parts.contrast !== undefined))
    return undefined
  if (OWN_SUBJECT.test(rest)) return aboutTheSame(rest, statement) ? { text: rest, certain: false } : undefined
  if (PRONOUN_SUBJECT.test(rest)) return byPronoun(statement, rest) ?? byName(statement, rest)
  return byKind(statement, rest) ?? byPlace(statement, rest, BRINGS_PREPOSITION.test(correction))
}

/**
 * What a text states that begins like a correction but says something of its own: “actually I feel great”.
 * `undefined` if it cannot be understood without an earlier statement.
 */
export const ownStatementIn = (correction: string): string | undefined => {
  const rest = readCorrection(correction)?.rest
  if (rest === undefined) return undefined
  return OWN_SUBJECT.test(rest) || (HAS_VERB.test(rest) && !NEEDS_SUBJECT.test(rest) && !beginsWithValue(rest))
    ? rest
    : undefined
}

/**
 * Whether a message may correct an earlier one, judged by both.
 * @param earlier what the earlier message states, and the corrections of it so far
 */
export const mayCorrect = (correction: string, earlier: readonly string[]): boolean => {
  const parts = readCorrection(correction)
  if (parts === undefined) return false
  const { contrast, mark, rest } = parts
  if (contrast !== undefined && earlier.some(text => placeOf(text, contrast.old) >= 0)) return true
  if (mark === 'weak')
    return earlier.some(text => correctedStatement(text.slice(-MOST_CHARACTERS), correction) !== undefined)
  return !OWN_SUBJECT.test(rest) || earlier.some(text => aboutTheSame(rest, text))
}

/** Where the words of the earlier value are in a text; -1 if it does not contain them. */
const placeOf = (text: string, old: string): number => text.toLowerCase().lastIndexOf(bare(old).toLowerCase() || '\n')

const byContrast = (statement: string, { contrast }: CorrectionParts): Corrected | undefined => {
  if (contrast === undefined) return undefined
  const [to, from] = [bare(contrast.value), bare(contrast.old)]
  if (to === '' || from === '') return undefined
  const at = placeOf(statement, from)
  if (at >= 0) {
    // “The party’s on Sunday, not on Saturday” repeats more than the value.
    const other = isOneValue(to) ? undefined : byKind(statement, contrast.value)
    if (other !== undefined && placeOf(other.text, from) < 0) return other
    return { text: statement.slice(0, at) + to + statement.slice(at + from.length), certain: true }
  }
  return byKind(statement, from) === undefined ? undefined : byKind(statement, to)
}

/** Whether a complete sentence states the same thing as an earlier one, with another value. */
const aboutTheSame = (sentence: string, statement: string): boolean => {
  const [later, earlier] = [parseFact(sentence, NO_NAMES), parseFact(statement, NO_NAMES)]
  return haveSameAttribute(later, earlier) || mayReplace(later, earlier)
}

/** “She lives in Haifa” gives its value to “my sister lives in Tel Aviv”. */
const byPronoun = (statement: string, rest: string): Corrected | undefined => {
  const [later, earlier] = [parseFact(rest, NO_NAMES), parseFact(statement, NO_NAMES)]
  const value = haveSameAttribute(later, earlier) ? valueAtEnd(bare(rest)) : undefined
  const old = value === undefined ? undefined : valueAtEnd(statement)
  if (value === undefined || old === undefined) return byKind(statement, rest) ?? bySamePreposition(statement, rest)
  return { text: joined(old.start, old.prefix, value.value), certain: true }
}

/** “She’s in York” gives its place to “my aunt lives in Leeds”. */
const bySamePreposition = (statement: string, rest: string): Corrected | undefined => {
  const inHebrew = /^(?:הוא|היא|הם|הן|זה) (?<place>ב[א-ת].*)$/u.exec(rest)?.groups?.['place']
  if (inHebrew !== undefined) return byPlace(statement, inHebrew, false)
  const { at = '', place = '' } =
    /^(?:he|she|they|it)(?:['’](?:s|re)| is| are| was) (?<at>in|at|on|from|with) (?<place>\S.*)$/iu.exec(rest)
      ?.groups ?? {}
  const { start = '' } = VALUE_BEGINS.exec(statement)?.groups ?? {}
  return at !== '' && start.toLowerCase().endsWith(` ${at.toLowerCase()}`)
    ? byPlace(statement, place, false)
    : undefined
}

/** “It’s Oslo”: a name after a pronoun that stands for nothing. */
const byName = (statement: string, rest: string): Corrected | undefined => {
  const name = /^it(?:['’]s| is| was) (?<name>\p{Lu}.*)$/iu.exec(rest)?.groups?.['name']
  return name === undefined || !/^\p{Lu}/u.test(name) ? undefined : byPlace(statement, name, false)
}

/** A value without the words around it. */
const bare = (words: string): string => {
  let rest = words.trim().replace(TAIL, '')
  for (let left = rest.replace(AROUND, ''); left !== rest && left !== ''; left = rest.replace(AROUND, '')) rest = left
  return rest
}

/** Replaces the last value of the same kind; only if the correction says nothing else. */
const byKind = (statement: string, rest: string): Corrected | undefined => {
  for (const kind of VALUE_KINDS) {
    const [value, more] = [...rest.matchAll(kind)]
    const old = [...statement.matchAll(kind)].at(-1)
    if (value === undefined || more !== undefined || old === undefined) continue
    const others = bare(`${rest.slice(0, value.index)} ${rest.slice(value.index + value[0].length)}`.trim())
    if (others !== '' && !AROUND.test(`${others} `) && !repeats(others.replace(MOVED, ''), statement)) continue
    const text =
      statement.slice(0, old.index) + inPlaceOf(old[0], value[0]) + statement.slice(old.index + old[0].length)
    return text === statement ? undefined : { text, certain: true }
  }
  return undefined
}

/** The article of the statement stays, and so does its Hebrew preposition: “change it to Tuesday”. */
const inPlaceOf = (old: string, value: string): string => {
  if (/^the /i.test(old) && /^\d{1,2}(?:st|nd|rd|th)$/i.test(value)) return `the ${value}`
  const kept = /^[בל][-־]?(?=[א-ת\d])/u.exec(old)?.[0]
  if (kept === undefined) return value
  if (kept.startsWith('ב') && /^ל(?=יום|ימי|ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת|-?\d)/u.test(value)) {
    return `ב${value.slice(1)}`
  }
  return /^[א-ת\d]/u.test(value) && !/^(?:[בל]|היום|הערב|מחר)/u.test(value) ? kept + value : value
}

/** Whether all words that carry a subject occur in the statement, as in “no, the dentist is on Tuesday”. */
const repeats = (words: string, statement: string): boolean =>
  new Set(subjectStems(words)).isSubsetOf(new Set(subjectStems(statement)))

/** Replaces the words after the last preposition or verb by a short value of the same sort. */
const byPlace = (statement: string, rest: string, brings_preposition: boolean): Corrected | undefined => {
  const value = bare(rest)
  if (value === '' || HAS_VERB.test(value) || value.split(/\s+/).length > MOST_VALUE_WORDS) return undefined
  const text =
    behindPrefix(statement, value, brings_preposition) ??
    behindSameWord(statement, value) ??
    byAttribute(statement, value) ??
    behindVerb(statement, value)
  return text === undefined ? undefined : { text, certain: false }
}

const behindVerb = (statement: string, value: string): string | undefined => {
  const { start, value: old = '' } = VALUE_BEGINS.exec(statement.replace(/[.!]+$/, ''))?.groups ?? {}
  if (start === undefined || old.split(/\s+/).length > MOST_VALUE_WORDS || !isOfSort(value, old)) return undefined
  return `${start} ${value}`
}

/** “Really cute”; a capital makes a name of it. */
const isOpinion = (words: string): boolean => !/^\p{Lu}/u.test(words) && valenceOf(words) !== 0

/** A value replaces only one of its sort: a figure another figure, a name another name, no opinion a name. */
const isOfSort = (value: string, old: string): boolean => {
  if (containsValue(old) ? !haveSameKind(value, old) : isOneValue(value)) return false
  if (isOpinion(value) && !isOpinion(old)) return false
  const isEveryday = (words: string): boolean => wordsOf(words).every(({ main, stop }) => stop || isCommon(main))
  // Hebrew has no capitals, and a name may be a word: only several such words are no name.
  if (/^[א-ת]+ [א-ת]/u.test(value)) return isEveryday(old) || !isEveryday(value)
  const isName = /^\p{Lu}/u.test(old)
  return !isName || /(?:^|\s)\p{Lu}/u.test(value) || !isEveryday(value)
}

/** Replaces the value of an everyday statement that has one value at a time: “I live in …”. */
const byAttribute = (statement: string, value: string): string | undefined => {
  const old = valueAtEnd(statement)
  return old === undefined || !isOfSort(value, old.value) ? undefined : joined(old.start, old.prefix, value)
}

interface ValueAtEnd {
  readonly start: string
  /** The Hebrew preposition that is attached to the value. */
  readonly prefix: string
  readonly value: string
}

/** The value with which an everyday statement ends. */
const valueAtEnd = (statement: string): ValueAtEnd | undefined => {
  const sentence = statement.trim().replace(/[.!…]+$/, '')
  const { attribute, value } = parseFact(sentence, NO_NAMES)
  if (attribute === undefined || attribute.cardinality === 'several') return undefined
  const words = sentence.split(/\s+/)
  const wanted = value.join(' ')
  const prefixesOf = (found: string, before: string | undefined): readonly string[] =>
    COPULA.test(before ?? '') ? [''] : [HEBREW_PREFIX.exec(found)?.[0] ?? '', '']
  for (let count = 1; count <= Math.min(MOST_VALUE_WORDS + 1, words.length - 1); count++) {
    const found = words.slice(-count).join(' ')
    for (const prefix of prefixesOf(found, words.at(-count - 1))) {
      const words_of_value = found.slice(prefix.length)
      if (parseFact(words_of_value, NO_NAMES).value.join(' ') !== wanted) continue
      return { start: words.slice(0, -count).join(' '), prefix, value: words_of_value }
    }
  }
  return undefined
}

const joined = (start: string, prefix: string, value: string): string =>
  `${start} ${prefix !== '' && !value.startsWith(prefix) ? prefix : ''}${value}`

/**
 * A Hebrew value with a prefix replaces the last word with a prefix: with the same one, or with another one if “I
 * meant” brought its own. Otherwise the letter may belong to the word.
 */
const behindPrefix = (statement: string, value: string, brings_preposition: boolean): string | undefined => {
  const prefix = HEBREW_PREFIX.exec(value)?.[0]
  // A name may begin with the same letter.
  if (prefix === undefined || parseFact(statement, NO_NAMES).attribute?.name === 'named') return undefined
  const words = statement.split(' ')
  const last = (is: (word: string) => boolean): number => words.findLastIndex((word, index) => index > 0 && is(word))
  const at = last(word => HEBREW_PREFIX.test(word))
  const kept = words[at]?.charAt(0) ?? ''
  if (at <= 0 || words.length - at > MOST_VALUE_WORDS) return undefined
  if (kept === prefix) return [...words.slice(0, at), value].join(' ')
  return brings_preposition ? [...words.slice(0, at), kept + value.slice(1)].join(' ') : undefined
}

/** “Third grade” replaces “in second grade”: the statement has the first word of the value, perhaps with a prefix. */
const behindSameWord = (statement: string, value: string): string | undefined => {
  const [first = '', ...more] = value.split(' ')
  if (more.length === 0 || !/^[א-ת]{2,}$/u.test(first)) return undefined
  const words = statement.split(' ')
  const at = words.findLastIndex(word => word === first || (word.slice(1) === first && HEBREW_PREFIX.test(word)))
  if (at <= 0 || words.length - at > MOST_VALUE_WORDS) return undefined
  const prefix = words[at] === first ? '' : (words[at]?.charAt(0) ?? '')
  return [...words.slice(0, at), prefix + value].join(' ')
}
