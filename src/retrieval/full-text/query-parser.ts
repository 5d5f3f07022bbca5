/**
 * Parses a question for the search: its words, the person and the days that it is about, and what kind of answer it
 * expects.
 */
import { SECOND_MS } from '../../platform/clock.ts'
import type { TimeZone } from '../../platform/time-zone.ts'
import type { DateSpan } from '../../text/dates/date-span.ts'
import { datesIn } from '../../text/dates/dates.ts'
import { askedWords, namedWords, questionKind, type QuestionKind } from '../../text/question-kind.ts'
import { wordsOf } from '../../text/analyser/analyser.ts'
import { UNSPACED } from '../../text/analyser/unspaced.ts'
import { relatedTo } from '../../text/synonyms.ts'
import { tokenise } from '../../text/tokenise.ts'
import type { MessageQuestion } from '../message-search.ts'
import type { Speaker } from './full-text-index.ts'

/** A parsed question. */
export interface RecallQuery {
  /** The words of the question, without duplicates. */
  readonly asked: readonly string[]
  /** By the stem of a word: other forms in which messages may contain it. */
  readonly also: ReadonlyMap<string, readonly string[]>
  /** Words that are related to them in meaning. */
  readonly related: readonly string[]
  /** Those of the words that are written as names. */
  readonly names: ReadonlySet<string>
  /** The number of the speaker whom the question is about; `undefined` for none or several. */
  readonly speaker: number | undefined
  /**
   * The question is about a person who speaks here, about the asker, or about what the bot said. Other questions may be
   * about the world in general: “How high is the tower?”
   */
  readonly personal: boolean
  /** Days that the question mentions. */
  readonly dates: readonly DateSpan[]
  /** When a message about these days was sent: on one of them, or soon after. */
  readonly sent: readonly SentWithin[]
  /** All of them are before the day of the question. */
  readonly past: boolean
  readonly kind: QuestionKind
  /** The question is about what the bot said. */
  readonly of_bot: boolean
}

/** A period in seconds since the Unix epoch; `until` is exclusive. */
interface SentWithin {
  readonly from: number
  readonly until: number
}

/** How many days after a short period people still talk about it as recent. */
const SLACK_DAYS = 3
const SHORT_DAYS = 7

const sentWithin = ({ from, to }: DateSpan, zone: TimeZone): SentWithin => ({
  from: zone.beginOf(from) / SECOND_MS,
  until: zone.beginOf(to + 1 + (to - from < SHORT_DAYS ? SLACK_DAYS : 0)) / SECOND_MS,
})

/** A question about a longer period mentions the time only in passing. */
const LONGEST_DATE_DAYS = 120

const FIRST_PERSON =
  /(?<![\p{L}\p{N}])(?:i|i['’]?(?:m|ve|d|ll)|my|mine|me|myself|אני|שלי|לי|אותי|אצלי)(?![\p{L}\p{N}])/iu
/** The asker, alone or with others, in English and in the endings of Hebrew verbs. */
const OURS =
  /(?<![\p{L}\p{N}])(?:we(?:['’]?(?:re|ve|d|ll))?|us|our|ours|ourselves|אנחנו|שלנו|לנו|אותנו|אצלנו|אלינו|\p{L}{2,}(?:תי|נו))(?![\p{L}\p{N}])/iu
/** “Tell me”, “how do I …”: these first persons only say for whom the answer is, or mean anyone. */
const FOR_ANYBODY =
  /(?<![\p{L}\p{N}])(?:(?:give|tell|show|explain|write|send|teach|help|find|get|make|sing|read|draw|remind)(?: to)? (?:me|us)|(?:how|what|where|which|when|why) (?:\p{L}+ )?(?:do|can|could|should|would|must|to) (?:i|we)|(?:can|could|should|may) (?:i|we)|i (?:want|need|would like|['’]d like) to know|i wonder|let me know|(?:ספר|ספרי|תן|תני|הסבר|הסבירי|כתוב|כתבי|תגיד|תגידי|תסביר|תכתוב|תן|הראה|מצא|תמצא|תעזור|עזור) (?:לי|לנו)|אני (?:רוצה|צריך|צריכה) לדעת)(?![\p{L}\p{N}])/giu
const OF_BOT =
  /(?<![\p{L}\p{N}])(?:(?:did|have|had) you|you (?:said|told|wrote|recommended|suggested|gave|answered|mentioned|advised)|your (?:advice|answer|suggestion|recommendation|reply)|אמרת|המלצת|הצעת|ענית|כתבת|סיפרת)(?![\p{L}\p{N}])/iu
const SHORTEST_NICKNAME = 3
/** Where a name in another script begins or ends: לDana. */
const SCRIPT_BORDER = /(?<=\p{Script=Hebrew})(?=\p{Script=Latin})|(?<=\p{Script=Latin})(?=\p{Script=Hebrew})/gu
/** Letters that Hebrew attaches to a name: and, the, in, to, from, that. */
const JOINED = /^[והבלמשכ]{1,2}(?=[א-ת]{2})/

/** Parses a question for the search among the messages of these speakers. */
export const readQuestion = (question: MessageQuestion, speakers: readonly Speaker[]): RecallQuery => {
  const { text } = question
  const of_bot = OF_BOT.test(text)
  const spoken = new Set(spokenIn(text))
  const isSpoken = (name: string): boolean => spoken.has(name) || (UNSPACED.test(name) && text.includes(name))
  const people = speakers.filter(each => !each.bot)
  const capital = namedWords(text)
  /** Words that refer to a person with this name: the name, or its beginning, such as “Mel” for Melanie. */
  const wordsFor = (name: string): readonly string[] =>
    firstName(name).flatMap(first => [
      first,
      ...capital.filter(each => each.length >= SHORTEST_NICKNAME && first.startsWith(each)),
    ])
  const named = people.filter(({ names }) => names.some(name => wordsFor(name).some(isSpoken)))
  const name_words = people.flatMap(({ names }) => names.flatMap(wordsFor))
  const name_stems = new Set(name_words.flatMap(mainForms))
  const today = question.zone.dayOf(question.asked_at)
  const dates = datesIn(text, today).filter(({ from, to }) => to - from < LONGEST_DATE_DAYS)
  const nameless = name_words
    .filter(each => UNSPACED.test(each))
    .reduce((rest, each) => rest.replaceAll(each, ' '), text)
  const asked_words = askedWords(nameless, name_stems)
  const asked = asked_words.map(each => each.stem)
  const known = new Set(asked)
  const [only] = named
  // If the asker never wrote here, “my boat” is not a boat that was mentioned here.
  const speaks = question.asker === undefined || people.some(each => each.person_id === question.asker)
  return {
    asked,
    also: new Map(asked_words.filter(each => each.also.length > 0).map(each => [each.stem, each.also])),
    related: [...new Set(asked.flatMap(each => [...relatedTo(each)]))].filter(
      each => !known.has(each) && !name_stems.has(each),
    ),
    names: new Set(capital.flatMap(mainForms).filter(each => known.has(each))),
    speaker:
      only === undefined
        ? FIRST_PERSON.test(text)
          ? people.find(each => each.person_id === question.asker)?.speaker
          : undefined
        : named.length === 1
          ? only.speaker
          : undefined,
    dates,
    sent: dates.map(span => sentWithin(span, question.zone)),
    past: dates.every(({ to }) => to < today),
    kind: questionKind(text),
    of_bot,
    personal: named.length > 0 || of_bot || (speaks && isOwn(text.replace(FOR_ANYBODY, ' '))),
  }
}

/** Words by which a person may be named, also after attached letters and before particles. */
const spokenIn = (text: string): readonly string[] => [
  ...tokenise(text.replace(SCRIPT_BORDER, ' ')).flatMap(word => [word, word.replace(JOINED, '')]),
  ...mainForms(text),
]

const mainForms = (text: string): readonly string[] => wordsOf(text).map(({ main }) => main)

const isOwn = (text: string): boolean => FIRST_PERSON.test(text) || OURS.test(text)

/** The part of a name that people use to address someone; a phone number is not a name. */
const firstName = (name: string): readonly string[] =>
  tokenise(name)
    .slice(0, 1)
    .filter(part => /^\p{L}{2,}$/u.test(part))
