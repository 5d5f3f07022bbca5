/**
 * Extracts facts without a model: every sentence that states something becomes a fact, with a category chosen by
 * keywords.
 */
import type { Category } from '../../memory/memory.ts'
import { isForwarded, ownWords } from '../../messages/message-details.ts'
import type { MessageRecord } from '../../messages/message.ts'
import type { TimeZone } from '../../platform/time-zone.ts'
import { BackgroundSlices } from '../../platform/urgent-work.ts'
import { cutStart } from '../../text/cut.ts'
import { datesIn } from '../../text/dates/dates.ts'
import { writeOutDates } from '../../text/dates/write-out-dates.ts'
import { parseFact } from '../../text/facts/parse-fact.ts'
import { labelled, lexiconPatterns } from '../../text/lexicons/lexicon.ts'
import { hasSecret } from '../../text/secrets.ts'
import { asksToRemember, withoutRemember } from '../../text/sentence-kind.ts'
import { isSmallTalk } from '../../text/small-talk.ts'
import { speakersOf } from '../../text/speaker-names.ts'
import { isOwnStatement } from '../../text/stance.ts'
import { withoutFinalForms } from '../../text/fold.ts'
import { tokenise } from '../../text/tokenise.ts'
import { topicLine } from '../../text/topic-line.ts'
import { findCorrection, readWithCorrections, type Correction } from './corrections.ts'
import type { ExtractedFact, ExtractionInput } from './extraction.ts'
import { activityOf, importanceOf } from './importance.ts'

const IMPORTANCE = 0.5
const NO_NAMES: ReadonlySet<string> = new Set()
const MAX_FACT_CHARACTERS = 500
/** Most facts of one message: a message with more statements is a document, which full-text search still finds. */
const MAX_FACTS = 200

const patternsByCategory = Map.groupBy(labelled(lexiconPatterns('fact-categories')), ([category]) => category)

/** A sentence belongs to the first category with a matching word; if none matches, it is a fact. */
const KEYWORDS = (['preferences', 'skills', 'rules', 'context'] as const).map((category): [Category, RegExp] => {
  const patterns = (patternsByCategory.get(category) ?? []).map(([, pattern]) => withoutFinalForms(pattern))
  return [category, new RegExp(`^(?:${patterns.join('|')})$`)]
})

/**
 * The facts that the rules find in the sources. Their quotes are correct by construction. Other work gets its turn
 * while a long message is read.
 */
export const factsByRules = async (input: ExtractionInput, zone: TimeZone): Promise<readonly ExtractedFact[]> => {
  const zone_of = input.zone_of ?? (() => zone)
  const group = input.messages.some(message => message.chat_kind === 'group')
  const nameOf = group ? speakersOf(input.messages, 'Person') : undefined
  const slices = new BackgroundSlices()
  let facts: ExtractedFact[] = []
  for (const message of input.messages) {
    if (!input.sources.has(message.message_id)) continue
    const most = facts.length + MAX_FACTS
    for (const read of readWithCorrections(ownWords(message))) {
      if (facts.length === most) break
      if (
        isOwnStatement(read) &&
        !isSmallTalk(read.sentence) &&
        (!hasSecret(read.sentence) || asksToRemember(read.sentence))
      ) {
        const correction = findCorrection(read.sentence, message, input)
        const says = correction === undefined ? read.sentence : correction.text
        // A correction that does not say what the corrected statement is means nothing by itself.
        if (says !== undefined) {
          facts.push({
            ...factOf(says, message, nameOf?.(message), { input, zone: zone_of(message) }),
            ...hintsOf(read.sentence, correction),
          })
        }
      }
      if (read.stance === 'retraction') facts = withoutLatest(facts, message)
      await slices.pause()
    }
  }
  return facts
}

/** Removes the facts of the speaker's latest message. */
const withoutLatest = (facts: readonly ExtractedFact[], { person_id }: MessageRecord): ExtractedFact[] => {
  const latest = facts.findLast(({ source }) => source.person_id === person_id)?.source
  return facts.filter(({ source }) => source !== latest)
}

/** The topic of a session, in one line. */
export const reflectionByRules = (messages: readonly MessageRecord[]): string =>
  topicLine(messages.filter(message => message.role === 'user' && !isForwarded(message)).map(ownWords))

/** When a plan begins, if the sentence says that it happens on a certain day. */
const beginOfPlan = (sentence: string, said: number, zone: TimeZone): number | undefined => {
  if (parseFact(sentence, NO_NAMES).time !== 'later') return undefined
  const day = datesIn(sentence, said).find(({ from, to }) => from === to && from > said)?.from
  return day === undefined ? undefined : zone.beginOf(day)
}

const hintsOf = (
  sentence: string,
  correction: Correction | undefined,
): Partial<Pick<ExtractedFact, 'quote' | 'corrects' | 'replaces' | 'corrected_statement'>> =>
  correction === undefined
    ? {}
    : {
        quote: cutStart(sentence, MAX_FACT_CHARACTERS),
        corrects: correction.corrects,
        replaces: correction.replaces,
        corrected_statement: correction.statement,
      }

const factOf = (
  sentence: string,
  source: MessageRecord,
  speaker: string | undefined,
  { input, zone }: { readonly input: ExtractionInput; readonly zone: TimeZone },
): ExtractedFact => {
  const said = withoutRemember(sentence)
  const day = zone.dayOf(source.sent_at)
  const statement = cutStart(writeOutDates(said, day), MAX_FACT_CHARACTERS)
  // In a group, "I" does not say who is meant.
  const isNamed = speaker === undefined || statement.startsWith(`${speaker}: `)
  const text = isNamed ? statement : `${speaker}: ${statement}`
  const words = tokenise(statement)
  return {
    text,
    quote: cutStart(said, MAX_FACT_CHARACTERS),
    source,
    category: KEYWORDS.find(([, keyword]) => words.some(word => keyword.test(word)))?.[0] ?? 'facts',
    importance: importanceOf(IMPORTANCE, input.activity ?? activityOf(statement, source.person_id, input.messages)),
    valid_from: beginOfPlan(said, day, zone),
    valid_to: undefined,
    entities: [],
    relations: [],
    same_as: undefined,
    replaces: [],
  }
}
