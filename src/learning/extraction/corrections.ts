/**
 * Finds what a correction corrects, so that “no, Tuesday” becomes a fact that can be understood and ends the previous
 * one.
 */
import { ownWords } from '../../messages/message-details.ts'
import type { MessageId, MessageRecord } from '../../messages/message.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { correctedStatement, ownStatementIn, type Corrected } from '../../text/corrected-statement.ts'
import {
  announcesCorrection,
  isContrast,
  isCorrection,
  isDenial,
  isHesitant,
  isHesitation,
  readCorrection,
} from '../../text/correction.ts'
import { isOwnStatement, readSentences, type ReadSentence } from '../../text/stance.ts'
import type { ExtractionInput } from './extraction.ts'

/** How many messages before a correction, of any speaker, are searched for the corrected statement. */
const REACH = 8
/** Characters of each of them that are read. */
const MOST_CHARACTERS = 1000
/** At the beginning of a conversation, a correction can only refer to a statement that is at most this old. */
const LONGEST_AGO_MS = 2 * DAY_MS
/** How many of the newest known facts are searched. */
const MOST_KNOWN = 20

/** The target of a correction. */
export interface Correction {
  /** The corrected statement; `undefined` if the words do not reveal it. */
  readonly text: string | undefined
  /** The message with the statement that it corrects. */
  readonly corrects: MessageId | undefined
  /** The known facts that it replaces. */
  readonly replaces: readonly string[]
  /** The earlier statement that `text` repeats with another value. */
  readonly statement?: string
}

/**
 * The sentences of a text. One that only announces a correction is joined to the next one: “Sorry, wrong day. It is on
 * Tuesday.” So is a value that is denied to the one that was meant: “Not Madrid. Malaga.”
 */
export function* readWithCorrections(text: string): Generator<ReadSentence> {
  let announced = ''
  let denied: ReadSentence | undefined
  for (const read of readSentences(text)) {
    if (denied !== undefined && isContrast(denied.sentence, read.sentence)) announced = `${denied.sentence} `
    else if (denied !== undefined) yield denied
    denied = undefined
    const sentence = `${announced}${read.sentence}`
    const isOwn = isOwnStatement(read)
    const announces = isHesitation(sentence) || (isOwn && announcesCorrection(sentence))
    announced = announces ? `${sentence} ` : ''
    if (announced !== '') continue
    if (isOwn && isDenial(sentence)) denied = { ...read, sentence }
    else yield { ...read, sentence }
  }
  if (denied !== undefined) yield denied
}

/** What a sentence of a message corrects; `undefined` if it corrects nothing that is known. */
export const findCorrection = (
  sentence: string,
  source: MessageRecord,
  input: Pick<ExtractionInput, 'messages' | 'known'>,
): Correction | undefined => {
  if (!isCorrection(sentence) || (isHesitant(sentence) && isAsked(source, input.messages))) return undefined
  const earlier = earlierStatements(sentence, source, input.messages)
  for (const { statement, message_id } of earlier) {
    // A correction of a correction: the statement that the previous correction referred to is corrected again.
    const corrected = correctedStatement(statement, sentence)
    if (corrected !== undefined) return { text: corrected.text, corrects: message_id, replaces: [], statement }
  }
  const [nearest] = earlier
  const known = nearest === undefined ? fromKnown(sentence, source, input.known) : undefined
  if (known !== undefined) return known
  const own = ownStatementIn(sentence)
  if (own !== undefined) return { text: own, corrects: undefined, replaces: [] }
  if (nearest === undefined || readCorrection(sentence)?.mark === 'weak') return undefined
  return { text: undefined, corrects: nearest.message_id, replaces: [] }
}

/** Whether the message before a message asks something. */
const isAsked = ({ message_id }: MessageRecord, messages: readonly MessageRecord[]): boolean =>
  /[?؟]\s*$/.test(messages[messages.findIndex(each => each.message_id === message_id) - 1]?.text ?? '')

interface EarlierStatement {
  readonly statement: string
  readonly message_id: MessageId
}

/** Earlier statements of the speaker, latest first, with corrections resolved. */
const earlierStatements = (
  sentence: string,
  source: MessageRecord,
  messages: readonly MessageRecord[],
): readonly EarlierStatement[] => {
  const at = messages.findIndex(({ message_id }) => message_id === source.message_id)
  const near = messages
    .slice(Math.max(0, at - REACH), at + 1)
    .filter(({ role, person_id }) => role === 'user' && person_id === source.person_id)
  const found: EarlierStatement[] = []
  for (const message of near) {
    for (const read of readWithCorrections(ownWords(message).slice(0, MOST_CHARACTERS))) {
      if (message.message_id === source.message_id && read.sentence === sentence) break
      if (!isOwnStatement(read)) continue
      const former = found.at(-1)
      const isFollowUp = former !== undefined && isCorrection(read.sentence)
      const corrected = isFollowUp ? correctedStatement(former.statement, read.sentence) : undefined
      if (corrected !== undefined) found.push({ statement: corrected.text, message_id: message.message_id })
      else if (!isFollowUp) found.push({ statement: read.sentence, message_id: message.message_id })
    }
  }
  return found.toReversed()
}

/**
 * Finds the correction of a fact that was learned already: in an earlier conversation, whose messages are not shown.
 */
const fromKnown = (
  sentence: string,
  { person_id, sent_at }: MessageRecord,
  known: ExtractionInput['known'],
): Correction | undefined => {
  const recent = known
    .filter(memory => memory.person_ids.includes(person_id) && sent_at - memory.said_to < LONGEST_AGO_MS)
    .sort((a, b) => b.said_to - a.said_to)
    .slice(0, MOST_KNOWN)
  for (const [index, memory] of recent.entries()) {
    const corrected: Corrected | undefined = correctedStatement(memory.text, sentence)
    // A value without further evidence may replace only that of the latest fact.
    if (corrected === undefined || !(corrected.certain || index === 0)) continue
    return { text: corrected.text, corrects: undefined, replaces: [memory.memory_id], statement: memory.text }
  }
  return undefined
}
