/**
 * Parses the text of a fact into attribute, value, owner and time, so that two wordings of one fact compare equal and
 * two different facts do not.
 */
import { labelled, lexiconLines, lexiconWords } from '../lexicons/lexicon.ts'
import { stem } from '../stem.ts'
import { isStopWord } from '../stop-words.ts'
import { withoutFinalForms } from '../fold.ts'
import { tokenise } from '../tokenise.ts'
import { ATTRIBUTES, type Attribute } from './attribute-patterns.ts'
import { isNumber, namesIn, normaliseWords } from './normalise-words.ts'

/** The parsed content of a fact. */
export interface ParsedFact {
  readonly attribute: Pick<Attribute, 'name' | 'cardinality'> | undefined
  /** Stems of the attribute's value, in order; of the whole text if no attribute matches. */
  readonly value: readonly string[]
  /** The first of these stems: mostly the person or thing that the fact is about. */
  readonly lead: string
  /** Whether it begins with the speaker: with “I” or “my”, or a Hebrew verb in the first person. */
  readonly led_by_speaker: boolean
  /** Stems of the words around the value, which say whose attribute it is; without the speaker. */
  readonly about: readonly string[]
  /** Every stem, without the speaker. */
  readonly terms: ReadonlySet<string>
  readonly numbers: ReadonlySet<string>
  /** Stems of names, in scripts that have capitals. */
  readonly names: ReadonlySet<string>
  readonly negated: boolean
  /** When the fact holds, as far as the wording says. */
  readonly time: 'past' | 'now' | 'later' | 'maybe'
  /** Whether the wording says that something has changed. */
  readonly change: boolean
}

const NONE: ReadonlySet<string> = new Set()
/** The speaker, in a normalised fact. */
const SPEAKER = 'me'

const wordsByRole = Map.groupBy(labelled(lexiconLines('fact-words')), ([role]) => role)

/** The words of a role in the lexicons `fact-words.txt`, which explain the roles. */
export const wordsOfRole = (role: string): ReadonlySet<string> =>
  new Set((wordsByRole.get(role) ?? []).flatMap(([, words]) => tokenise(words)))

/** Words by which a speaker names themselves. */
export const SPEAKER_WORDS = wordsOfRole('speaker')
const OTHERS = wordsOfRole('others')
const NEGATIONS = new Set(tokenise(lexiconWords('negations').join(' ')))
const PAST = wordsOfRole('past')
const FORMERLY = wordsOfRole('formerly')
const LATER = wordsOfRole('later')
const MAYBE = wordsOfRole('maybe')
const CHANGE = wordsOfRole('change')
const SINCE = wordsOfRole('since')
const FILLER = wordsOfRole('filler')
const ANOTHER = wordsOfRole('another')

/** Patterns and the phrases that replace them; a phrase ends with a space, like every word of a sentence here. */
const REWRITINGS = lexiconLines('fact-rewritings').map(line => {
  const [pattern = '', phrase = ''] = line.split(/ =>(?: |$)/)
  return [new RegExp(withoutFinalForms(pattern), 'g'), phrase === '' ? '' : `${withoutFinalForms(phrase)} `] as const
})

/** Parses a fact. `speaker`: the words of the speaker's name. */
export const parseFact = (text: string, speaker: ReadonlySet<string>): ParsedFact => {
  const all = rewrite(text, speaker)
  const statement = all.filter(word => !NEGATIONS.has(word) && !FORMERLY.has(word)).join(' ')
  const match = matchAttribute(statement)
  const value = stemsOf(match?.value ?? statement)
  const about = match === undefined ? [] : [...new Set(stemsOf(match.about, ANOTHER))].sort()
  const terms = new Set([...value, ...about])
  return {
    attribute: match?.attribute,
    lead: stemsOf(statement)[0] ?? '',
    led_by_speaker: isLedBySpeaker(all),
    value,
    about,
    terms,
    negated: all.some(word => NEGATIONS.has(word)),
    names: new Set([...namesIn(text)].filter(name => !speaker.has(name)).map(stem)),
    numbers: new Set([...terms].filter(isNumber)),
    time: timeOf(all),
    change: all.some(word => CHANGE.has(word)),
  }
}

/** The normalised words of a fact, with the speaker as `me` and fixed phrases replaced. */
const rewrite = (text: string, speaker: ReadonlySet<string>): readonly string[] => {
  const sentence = normaliseWords(text)
    .map(word => (SPEAKER_WORDS.has(word) || isSpeaker(word, speaker) ? SPEAKER : word))
    .filter(word => !OTHERS.has(word))
    .join(' ')
    .replace(/me(?: me)+/g, SPEAKER)
  return REWRITINGS.reduce((each, [pattern, phrase]) => each.replace(pattern, phrase), `${sentence} `)
    .trim()
    .split(' ')
}

/** Hebrew attaches "to", "of", "and" and the like to a name. */
const isSpeaker = (word: string, speaker: ReadonlySet<string>): boolean =>
  speaker.has(word) || (/^[ובלכמשה][א-ת]{2}/.test(word) && speaker.has(word.slice(1)))

/** How many words at the beginning of a fact may be the speaker. */
const BEGINNING = 2
const HEBREW_FIRST_PERSON = /^[א-ת]{2,}(?:תי|נו)$/

const isLedBySpeaker = (words: readonly string[]): boolean =>
  words.slice(0, BEGINNING).includes(SPEAKER) || HEBREW_FIRST_PERSON.test(words[0] ?? '')

const timeOf = (words: readonly string[]): ParsedFact['time'] => {
  if (words.some(word => MAYBE.has(word))) return 'maybe'
  if (words.some((word, at) => PAST.has(word) && !SINCE.has(words[at + 1] ?? ''))) return 'past'
  return words.some(word => LATER.has(word)) ? 'later' : 'now'
}

/** @param telling stop words that carry meaning here */
const stemsOf = (words: string, telling: ReadonlySet<string> = NONE): string[] =>
  words
    .split(' ')
    .filter(word => word !== '' && word !== SPEAKER && !FILLER.has(word))
    .filter(word => isNumber(word) || telling.has(word) || !isStopWord(word))
    .map(stem)

/** A longer text is not an everyday statement, and matching takes time that grows with the square of its length. */
const MAX_WORDS = 40
const MAX_CHARACTERS = 400

interface AttributeMatch {
  readonly attribute: Attribute
  readonly value: string
  readonly about: string
}

const matchAttribute = (statement: string): AttributeMatch | undefined => {
  if (statement.length > MAX_CHARACTERS || statement.split(' ').length > MAX_WORDS) return undefined
  for (const attribute of ATTRIBUTES) {
    for (const pattern of attribute.patterns) {
      const match = pattern.exec(statement)
      const value = match?.groups?.['v'] ?? ''
      if (match === null || stemsOf(value).length === 0) continue
      const { who = '', whose = '', what = '' } = match.groups ?? {}
      const around = `${statement.slice(0, match.index)} ${statement.slice(match.index + match[0].length)}`
      return { attribute, value, about: `${around} ${who} ${whose} ${what}` }
    }
  }
  return undefined
}
