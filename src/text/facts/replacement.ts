/** Judges whether one fact may replace another: they must state the same thing about the same subject. */
import { MONTHS as ENGLISH_MONTHS, WEEKDAYS as ENGLISH_DAYS } from '../dates/dates-in-english.ts'
import { MONTHS as HEBREW_MONTHS, WEEKDAYS as HEBREW_DAYS } from '../dates/dates-in-hebrew.ts'
import { labelled, lexiconLines } from '../lexicons/lexicon.ts'
import { stem } from '../stem.ts'
import { relatedTo } from '../synonyms.ts'
import { tokenise } from '../tokenise.ts'
import { compare, equal, haveSameAttribute } from './compare-facts.ts'
import { isNumber } from './normalise-words.ts'
import { wordsOfRole, type ParsedFact } from './parse-fact.ts'

const stemsOfRole = (role: string): ReadonlySet<string> => new Set([...wordsOfRole(role)].map(stem))

const KIN = stemsOfRole('kin')
/** Words that cancel an event. */
const CANCELS = stemsOfRole('cancels')

/** Stems of subjects of facts, by topic. */
const TOPICS = labelled(lexiconLines('fact-topics')).map(
  ([name, words]) => [name, new Set(tokenise(words).map(stem))] as const,
)

/** Attributes whose words occur in many sentences: they do not say what a fact is about. */
const GENERAL = new Set(['has', 'profession', 'named'])

/** Least share of the words of either fact, besides its subject, that the other one must contain too. */
const SHARED = 0.5

const CALENDAR_WORDS = ['day', 'days', 'יום', 'ימי', 'ביום', 'בימי', 'ליום', 'לימי', 'שעה', 'בשעה', 'לשעה']

/** Stems of weekdays and months, and the words around them. */
const CALENDAR: ReadonlySet<string> = new Set(
  [ENGLISH_DAYS, ENGLISH_MONTHS, HEBREW_DAYS, HEBREW_MONTHS, CALENDAR_WORDS].flat().flatMap(tokenise).map(stem),
)

/** Words that say that something changed, began, ended or turned out otherwise. */
const TURNS = stemsOfRole('turns').union(stemsOfRole('change')).difference(CALENDAR)

/** Whether a stem is a number, a weekday or a month. */
export const isFigure = (word: string): boolean => isNumber(word) || CALENDAR.has(word)

/**
 * Whether a claim that the later fact ends the earlier one is plausible. One subject alone proves nothing: “Noa moved
 * to Haifa” says nothing about Noa's allergies.
 */
export const mayReplace = (later: ParsedFact, earlier: ParsedFact): boolean => {
  if (compare(later, earlier) === 'contradicts') return true
  if (haveSameAttribute(later, earlier)) return areOwnedAlike(later, earlier) && replacesValue(later, earlier)
  if (isSpecific(later) && isSpecific(earlier)) return false
  return (
    haveSameSubject(later, earlier) &&
    (haveOtherFigures(later, earlier) || haveSameTopic(later, earlier) || shareContent(later, earlier))
  )
}

const isSpecific = ({ attribute }: ParsedFact): boolean => attribute !== undefined && !GENERAL.has(attribute.name)

/** Whether the words around the values name the same owner, ignoring words for a change, and the previous value. */
const areOwnedAlike = (later: ParsedFact, earlier: ParsedFact): boolean => {
  const said = (fact: ParsedFact, other: ParsedFact): ReadonlySet<string> =>
    new Set(fact.about.filter(word => !TURNS.has(word) && !other.value.includes(word)))
  return equal(said(later, earlier), said(earlier, later))
}

/** If an attribute has several values, a new one replaces only a value that it names. */
const replacesValue = (later: ParsedFact, earlier: ParsedFact): boolean =>
  later.attribute?.cardinality !== 'several' ||
  (signals(later, earlier) && (!later.terms.isDisjointFrom(new Set(earlier.value)) || later.terms.has(stem('nothing'))))

const signals = (later: ParsedFact, earlier: ParsedFact): boolean =>
  later.change || later.negated !== earlier.negated || !later.terms.isDisjointFrom(TURNS)

/** Whether the later fact says that something changed about a topic of the earlier one. */
const haveSameTopic = (later: ParsedFact, earlier: ParsedFact): boolean =>
  signals(later, earlier) && TOPICS.some(([name, words]) => [later, earlier].every(fact => isAbout(fact, name, words)))

const isAbout = ({ attribute, terms }: ParsedFact, topic: string, words: ReadonlySet<string>): boolean =>
  attribute?.name === topic || !terms.isDisjointFrom(words)

/** Whether a fact is about its speaker, not about someone or something that belongs to them. */
export const isAboutSpeaker = ({ led_by_speaker, lead }: ParsedFact): boolean => led_by_speaker && !KIN.has(lead)

const haveSameSubject = (later: ParsedFact, earlier: ParsedFact): boolean => {
  if (later.terms.has(earlier.lead) || earlier.terms.has(later.lead)) return true
  return isAboutSpeaker(later) && isAboutSpeaker(earlier)
}

/**
 * Whether both make the same statement with different days or numbers, or the later one cancels it: “the dentist is on
 * Tuesday”.
 */
const haveOtherFigures = (later: ParsedFact, earlier: ParsedFact): boolean => {
  const hasFigures = ({ terms }: ParsedFact): boolean => [...terms].some(isFigure)
  const isCancelled = !later.terms.isDisjointFrom(CANCELS)
  if (!hasFigures(earlier) || !(hasFigures(later) || isCancelled)) return false
  const rest = ({ terms }: ParsedFact): ReadonlySet<string> =>
    new Set([...terms].filter(word => !isFigure(word) && !TURNS.has(word) && !CANCELS.has(word)))
  const [said, before] = [rest(later), rest(earlier)]
  return said.size > 0 && before.size > 0 && (said.isSubsetOf(before) || before.isSubsetOf(said))
}

/**
 * Whether they share words besides their subject: most of them, or one if the later fact says that something changed.
 */
const shareContent = (later: ParsedFact, earlier: ParsedFact): boolean => {
  const alike = later.lead === earlier.lead && (!later.led_by_speaker || KIN.has(later.lead))
  const subject = alike ? later.lead : ''
  const content = ({ terms }: ParsedFact): readonly string[] =>
    [...terms].filter(word => word !== subject && !isFigure(word))
  const [said, before] = [content(later), content(earlier)]
  const near = (word: string, others: readonly string[]): boolean =>
    others.includes(word) || (!KIN.has(word) && others.some(other => !KIN.has(other) && relatedTo(word).has(other)))
  const [inSaid, inBefore] = [
    said.filter(word => near(word, before)).length,
    before.filter(word => near(word, said)).length,
  ]
  if (inSaid === 0 || inBefore === 0) return false
  return signals(later, earlier) || (inSaid >= said.length * SHARED && inBefore >= before.length * SHARED)
}
