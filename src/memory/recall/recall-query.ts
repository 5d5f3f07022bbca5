import { dayOf, type DateSpan } from '../../text/dates/date-span.ts'
import { datesIn } from '../../text/dates/dates.ts'
import { isAskingStem, namedStems, questionKind, type QuestionKind } from '../../text/question-kind.ts'
import { relatedTo } from '../../text/related-words.ts'
import { stem } from '../../text/stem.ts'
import { subjectStems } from '../../text/subject-stems.ts'
import { tokenise } from '../../text/tokenise.ts'
import type { RecallQuestion } from './message-recall.ts'
import type { Speaker } from './message-index.ts'

/** A question as the search takes it. */
export interface RecallQuery {
  /** Words that were asked for, each once. */
  readonly asked: readonly string[]
  /** Words near to them in meaning. */
  readonly related: readonly string[]
  /** Those of them that are written as names. */
  readonly names: ReadonlySet<string>
  /** Who is asked about, by number; `undefined` when nobody or several are. */
  readonly speaker: number | undefined
  /** Days that the question names. */
  readonly dates: readonly DateSpan[]
  /** All of them lie before the day of the question. */
  readonly past: boolean
  readonly kind: QuestionKind
  /** It asks what the bot said. */
  readonly of_bot: boolean
}

/** Distinct words of a question that are looked up: a page that is pasted in is no question. */
const MOST_ASKED = 48
/** A question about longer stretches names a time in passing. */
const LONGEST_DATE_DAYS = 120

const FIRST_PERSON =
  /(?<![\p{L}\p{N}])(?:i|i['’]?(?:m|ve|d|ll)|my|mine|me|myself|אני|שלי|לי|אותי|אצלי)(?![\p{L}\p{N}])/iu
const OF_BOT =
  /(?<![\p{L}\p{N}])(?:(?:did|have|had) you|you (?:said|told|wrote|recommended|suggested|gave|answered|mentioned|advised)|your (?:advice|answer|suggestion|recommendation|reply)|אמרת|המלצת|הצעת|ענית|כתבת|סיפרת)(?![\p{L}\p{N}])/iu
/** Letters that Hebrew joins to a name: and, the, in, to, from, that. */
const JOINED = /^[והבלמשכ]{1,2}(?=[א-ת]{2})/

/** Reads a question for the search among what these speakers said. */
export const readQuestion = (question: RecallQuestion, speakers: readonly Speaker[]): RecallQuery => {
  const { text } = question
  const words = tokenise(text)
  const spoken = new Set(words.flatMap(word => [word, word.replace(JOINED, '')]))
  const people = speakers.filter(each => !each.bot)
  const named = people.filter(({ names }) => names.some(name => firstName(name).some(part => spoken.has(part))))
  const name_stems = new Set(people.flatMap(({ names }) => names.flatMap(name => firstName(name).map(stem))))
  const about = [...new Set(subjectStems(text))].filter(each => !name_stems.has(each)).slice(0, MOST_ASKED)
  const dates = datesIn(text, question.asked_at).filter(({ from, to }) => to - from < LONGEST_DATE_DAYS)
  const telling = about.filter(each => !isAskingStem(each))
  const asked = telling.length > 0 ? telling : about
  const known = new Set(asked)
  const [only] = named
  return {
    asked,
    related: [...new Set(asked.flatMap(each => [...relatedTo(each)]))].filter(
      each => !known.has(each) && !name_stems.has(each),
    ),
    names: new Set(namedStems(text).filter(each => known.has(each))),
    speaker:
      only === undefined
        ? FIRST_PERSON.test(text)
          ? people.find(each => each.person_id === question.asker)?.speaker
          : undefined
        : named.length === 1
          ? only.speaker
          : undefined,
    dates,
    past: dates.every(({ to }) => to < dayOf(question.asked_at)),
    kind: questionKind(text),
    of_bot: OF_BOT.test(text),
  }
}

/** The part of a name by which people are called; a phone number is no name. */
const firstName = (name: string): readonly string[] =>
  tokenise(name)
    .slice(0, 1)
    .filter(part => /^\p{L}{2,}$/u.test(part))
