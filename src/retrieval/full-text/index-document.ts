/** Reads a message for the index: its stems, its dates, and what kind of message it is. */
import { isForwarded, ownWords } from '../../messages/message-details.ts'
import type { MessageRecord } from '../../messages/message.ts'
import { datesIn } from '../../text/dates/dates.ts'
import type { DateSpan } from '../../text/dates/date-span.ts'
import { endsAsQuestion } from '../../text/question-kind.ts'
import { emojiIn } from '../../text/analyser/analyser.ts'
import { subjectWords } from '../../text/content-stems.ts'
import { isCorrection } from '../../text/correction.ts'
import { statementKeys } from '../../text/facts/statement-keys.ts'
import type { Form } from '../../text/analyser/form.ts'
import { tokenise } from '../../text/tokenise.ts'

/** A message as the index takes it. */
export interface IndexedMessage extends Pick<
  MessageRecord,
  'message_id' | 'person_id' | 'role' | 'sender_name' | 'text' | 'sent_at' | 'details'
> {
  /** The calendar day on which it was sent, where its person is: in days since 1 January 1970. */
  readonly day: number
}

/** What the index keeps of a message. */
export interface IndexedDocument {
  /** Subject words in their order, brought to their common form. */
  readonly stems: readonly string[]
  /** Other forms of these words, their parts, and emoji: found too, and not counted. */
  readonly forms: readonly string[]
  readonly sent_at: number
  /** It ends as a question. */
  readonly question: boolean
  /** It contains a figure or a number word. */
  readonly number: boolean
  /** The bot said it. */
  readonly bot: boolean
  /** Days that it speaks of, at most two stretches, each at most a month long. */
  readonly mentions: readonly DateSpan[]
  /** It speaks of a time, however vague. */
  readonly timed: boolean
  /** It corrects what its speaker said just before. */
  readonly correction: boolean
  /** What its sentences state, as keys: who lives where, when a meeting is. None for the bot, and for what was forwarded. */
  readonly keys: readonly string[]
}

/** Increase whenever words, dates or the layout are read in another way: an index of another version is rebuilt. */
export const INDEX_VERSION = 4

/** Words of one message that are indexed; what comes after is a document, not something said. */
const MOST_STEMS = 2000
const MOST_MENTIONS = 2
const LONGEST_MENTION_DAYS = 31

const NUMBER =
  /\p{Nd}|(?<!\p{L})(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|once|twice|couple|several|אחד|אחת|שניים|שתיים|שני|שתי|שלוש|שלושה|ארבע|ארבעה|חמש|חמישה|שש|שישה|שבע|שבעה|שמונה|תשע|תשעה|עשר|עשרה|פעמיים|מאה|אלף)(?!\p{L})/iu

/** Reads a message for the index. */
export const readMessage = (message: IndexedMessage): IndexedDocument => {
  const { text, sent_at, day } = message
  const own = ownWords(message)
  const dates = datesIn(text, day)
  const bot = message.role === 'assistant'
  const words = subjectWords(text).slice(0, MOST_STEMS)
  const stems = words.map(({ main }) => main)
  const states = !bot && !isForwarded(message)
  return {
    stems,
    forms: formsOf(text, words, new Set(stems)),
    sent_at,
    question: endsAsQuestion(own),
    number: NUMBER.test(text),
    bot,
    mentions: dates.filter(({ from, to }) => to - from <= LONGEST_MENTION_DAYS).slice(0, MOST_MENTIONS),
    timed: dates.length > 0,
    correction: states && isCorrection(own),
    keys: states ? statementKeys(own, new Set(tokenise(message.sender_name ?? ''))) : [],
  }
}

const formsOf = (text: string, words: readonly Form[], stems: ReadonlySet<string>): readonly string[] => {
  const others = words.flatMap(({ also, parts }) => [...also, ...parts])
  const emoji = emojiIn(text)
  if (others.length + emoji.length === 0) return []
  return [...new Set([...others, ...emoji])].filter(each => !stems.has(each)).slice(0, MOST_STEMS)
}
