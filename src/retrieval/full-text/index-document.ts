/** Reads a message for the index: its stems, its dates, and its kind. */
import { isForwarded, ownWords } from '../../messages/message-details.ts'
import type { MessageRecord } from '../../messages/message.ts'
import { datesIn } from '../../text/dates/dates.ts'
import type { DateSpan } from '../../text/dates/date-span.ts'
import { endsAsQuestion } from '../../text/question-kind.ts'
import { ANALYSER_VERSION, emojiIn } from '../../text/analyser/analyser.ts'
import { subjectWords } from '../../text/content-stems.ts'
import { isCorrection } from '../../text/correction.ts'
import { endingKeys, endingsIn } from '../../text/facts/endings.ts'
import { statementKeys } from '../../text/facts/statement-keys.ts'
import type { Form } from '../../text/analyser/form.ts'
import { tokenise } from '../../text/tokenise.ts'

/** A message as input for the index. */
export interface IndexedMessage extends Pick<
  MessageRecord,
  'message_id' | 'person_id' | 'role' | 'sender_name' | 'text' | 'sent_at' | 'details'
> {
  /** The calendar day in the person's time zone on which it was sent, in days since 1 January 1970. */
  readonly day: number
}

/** The data that the index keeps of a message. */
export interface IndexedDocument {
  /** Subject words in their order, reduced to their common form. */
  readonly stems: readonly string[]
  /**
   * Other forms of these words, their parts, and emoji: these can be found, but do not count as words of the message.
   */
  readonly forms: readonly string[]
  readonly sent_at: number
  /** The message ends with a question. */
  readonly question: boolean
  /** The message contains a figure or a number word. */
  readonly number: boolean
  /** The bot wrote it. */
  readonly bot: boolean
  /** Days that the message mentions: at most two ranges, each at most a month long. */
  readonly mentions: readonly DateSpan[]
  /** The message mentions a time, however vague. */
  readonly timed: boolean
  /** The message corrects what its speaker said just before. */
  readonly correction: boolean
  /**
   * The statements in its sentences, as keys: who lives where, when a meeting is. Empty for the bot's messages and
   * forwarded ones.
   */
  readonly keys: readonly string[]
}

/** Increase this whenever dates or statements are read differently, or the layout changes. */
const LAYOUT_VERSION = 8
/** An index of another version is rebuilt. */
export const INDEX_VERSION = LAYOUT_VERSION * 1000 + ANALYSER_VERSION

/** How many words of one message are indexed; a longer text is a document rather than a message. */
const MOST_STEMS = 2000
const MOST_MENTIONS = 2
const LONGEST_MENTION_DAYS = 31

const NUMBER =
  /\p{Nd}|(?<!\p{L})(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|once|twice|couple|several|אחד|אחת|שניים|שתיים|שני|שתי|שלוש|שלושה|ארבע|ארבעה|חמש|חמישה|שש|שישה|שבע|שבעה|שמונה|תשע|תשעה|עשר|עשרה|פעמיים|מאה|אלף)(?!\p{L})/iu

/** Messages that were read ahead. */
const read = new WeakMap<IndexedMessage, IndexedDocument>()

/** Reads a message for the index, unless it was read ahead. */
export const readMessage = (message: IndexedMessage): IndexedDocument => {
  const known = read.get(message)
  if (known !== undefined) return known
  const steps = readInSteps(message)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Reads a message for a later `readMessage`, in steps: a long one takes too long for a single one. */
export const readAhead = async (message: IndexedMessage, betweenSteps: () => Promise<void>): Promise<void> => {
  const steps = readInSteps(message)
  for (;;) {
    const step = steps.next()
    if (step.done === true) {
      read.set(message, step.value)
      return
    }
    await betweenSteps()
  }
}

/** Each step goes through the whole text. */
function* readInSteps(message: IndexedMessage): Generator<undefined, IndexedDocument> {
  const { text, sent_at, day } = message
  const own = ownWords(message)
  const dates = datesIn(text, day)
  yield
  const bot = message.role === 'assistant'
  const words = subjectWords(text).slice(0, MOST_STEMS)
  yield
  const stems = words.map(({ main }) => main)
  const forms = formsOf(text, words, new Set(stems))
  yield
  const states = !bot && !isForwarded(message)
  const speaker = new Set(tokenise(message.sender_name ?? ''))
  const statements = states ? statementKeys(own, speaker) : []
  yield
  const endings = states ? endingsIn(own, speaker).flatMap(({ things }) => endingKeys(things)) : []
  return {
    stems,
    forms,
    sent_at,
    question: endsAsQuestion(own),
    number: NUMBER.test(text),
    bot,
    mentions: dates.filter(({ from, to }) => to - from <= LONGEST_MENTION_DAYS).slice(0, MOST_MENTIONS),
    timed: dates.length > 0,
    correction: states && isCorrection(own),
    keys: [...new Set([...statements, ...endings])],
  }
}

const formsOf = (text: string, words: readonly Form[], stems: ReadonlySet<string>): readonly string[] => {
  const others = words.flatMap(({ also, parts }) => [...also, ...parts])
  const emoji = emojiIn(text)
  if (others.length + emoji.length === 0) return []
  return [...new Set([...others, ...emoji])].filter(each => !stems.has(each)).slice(0, MOST_STEMS)
}
