/**
 * Determines how much of the running session and of long-term memory a message needs, by its words, before anything is
 * searched.
 */
import type { MessageId } from '../../messages/message.ts'
import { ANSWER_SLICE_MS, TimeSlices } from '../../platform/yield.ts'
import type { WindowMessage } from '../../sessions/session.ts'
import { beginningAndEnd } from '../../text/cut.ts'
import { lexiconPatterns } from '../../text/lexicons/lexicon.ts'
import { questionKind } from '../../text/question-kind.ts'
import { kindOf } from '../../text/sentence-kind.ts'
import { isSmallTalk } from '../../text/small-talk.ts'
import type { DetectedComplexity } from '../../text/complexity/detect-complexity.ts'

/**
 * - `exchange`: the last messages. Small talk: nothing is recalled.
 * - `conversation`: the session since its last long pause, older replies only in brief, and recalled texts. A
 *   statement.
 * - `session`: the whole session, and recalled texts. A question, a request, or a complex task: the answer may be in
 *   any part of it, in other words.
 */
export type ContextNeed = 'exchange' | 'conversation' | 'session'

export const contextNeed = (text: string, { complexity, signals }: DetectedComplexity): ContextNeed => {
  // Even after a complex turn, which otherwise makes the next turn complex.
  if (isSmallTalk(text)) return 'exchange'
  if (complexity === 'complex' || complexity === 'multi-system') return 'session'
  const asks = questionKind(text).question || signals.length > 0 || sentencesOf(text).some(isAsking)
  return asks ? 'session' : 'conversation'
}

/** Call this before `contextNeed` where other work must not wait: see `prepareDetection`. */
export const prepareNeed = async (text: string): Promise<void> => {
  const slices = new TimeSlices(ANSWER_SLICE_MS)
  const sentence = (sentencesOf(text)[0] ?? '').slice(0, PREPARED_CHARACTERS)
  const examinations = [isSmallTalk, questionKind, isAsking]
  for (const examine of [...examinations, ...examinations]) {
    examine(sentence)
    if (slices.isOver) await slices.pause()
  }
}

/** Patterns compile whatever the length of the text. */
const PREPARED_CHARACTERS = 200

const sentencesOf = (text: string): readonly string[] => beginningAndEnd(text, MOST_CHARACTERS).split(SENTENCE_END)

const SENTENCE_END = /[.!\n]+/u
/** The beginning and the end of a long text say what its sender wants. */
const MOST_CHARACTERS = 2000

/** “Let’s start with the flights”, “I want you to check it”: a request in the form of a proposal or a wish. */
const PROPOSAL = new RegExp(`^[^\\p{L}]*(?:${lexiconPatterns('proposals').join('|')})`, 'iu')

const isAsking = (sentence: string): boolean => {
  const kind = kindOf(sentence.trim())
  return kind === 'question' || kind === 'command' || PROPOSAL.test(sentence)
}

/**
 * How many messages before the answered ones always stay, as far as the budget allows: the thread of the conversation.
 */
const EXCHANGE_MESSAGES = 8

/** Positions in a window, oldest message first. */
export interface NeededPlaces {
  /** The first message that the turn needs. */
  readonly from: number
  /** The first message of the running exchange. */
  readonly exchange: number
}

/** @param answered the messages to answer */
export const neededPlaces = (
  need: ContextNeed,
  window: readonly WindowMessage[],
  answered: ReadonlySet<MessageId>,
): NeededPlaces => {
  const asked = firstAnswered(window, answered)
  const exchange = Math.max(0, asked - EXCHANGE_MESSAGES)
  return { from: need === 'exchange' ? exchange : 0, exchange }
}

/** The first of the messages to answer, which are among the newest; if there are none, the newest. */
const firstAnswered = (window: readonly WindowMessage[], answered: ReadonlySet<MessageId>): number => {
  let first = window.length - 1
  let left = answered.size
  for (let at = window.length - 1; at >= 0 && left > 0; at--) {
    const message = window[at]
    if (message === undefined || !answered.has(message.message_id)) continue
    first = at
    left--
  }
  return first
}
