/** Finds the messages that a conversation quotes, so that the model understands "translate this". */
import { withoutFormatCharacters } from '../text/format-characters.ts'
import type { MessageId, QuotedCopy } from '../messages/message.ts'
import type { FoundQuote, QuotedWords, QuoteReader } from '../messages/quote-reader.ts'
import type { WindowMessage } from '../sessions/session.ts'
import { subjectsToFind } from '../text/content-stems.ts'
import type { ShownQuote } from './packing/shown-message.ts'
import type { TurnContext } from './turn-context.ts'
import type { TurnMessage } from './turn-message.ts'

export interface QuotationsDeps {
  readonly quotes: QuoteReader
  /** Whether messages are stored, so that a known message that is missing was forgotten. */
  readonly keep: boolean
}

/** How many of the newest messages have their quotes looked up. */
const MOST_QUOTING = 100
/** Shorter quotes are too common to identify a part of a long reply. */
const LEAST_TOLD = 4

/** The quotes of a window's messages, by message id. */
export type Quotations = ReadonlyMap<MessageId, ShownQuote>

/**
 * Looks up the quotes of a window's messages. The text of a stored message comes from the store, because the copy in
 * the quote may be forged or out of date. Text of another conversation is shown only in the turn in which it was sent,
 * and that of a forgotten message not at all.
 */
export const findQuotations = async (
  { quotes, keep }: QuotationsDeps,
  window: readonly WindowMessage[],
  { scope, batch }: Pick<TurnContext, 'scope' | 'batch'>,
): Promise<Quotations> => {
  const quoting = window
    .filter(message => message.reply_to !== undefined && message.role === 'user')
    .slice(-MOST_QUOTING)
    .flatMap(({ message_id, reply_to }) => (reply_to === undefined ? [] : [{ message_id, reply_to, scope }]))
  if (quoting.length === 0) return new Map()
  const found = await quotes.of(quoting)
  const byId = new Map(batch.map(message => [message.message_id, message]))
  return new Map(
    quoting.map(({ message_id }) => {
      const current = byId.get(message_id)
      const quote = shownQuote(found.get(message_id) ?? { state: 'unknown' }, current, keep)
      return [message_id, current === undefined ? quote : { ...quote, current: true }]
    }),
  )
}

const shownQuote = (found: FoundQuote, current: TurnMessage | undefined, keep: boolean): ShownQuote => {
  const copy = current?.quote
  if (found.state === 'kept') return { ...ofWords(found.words, copy), message_id: found.message_id }
  if (found.state === 'copied') return ofWords(found.words, copy)
  if (copy === undefined || (found.state === 'gone' && keep)) return { by: undefined, text: undefined }
  const text = withoutFormatCharacters(copy.text)
  const shown: ShownQuote = { by: copy.by === 'bot' ? 'bot' : 'person', text: text === '' ? undefined : text }
  return found.state === 'elsewhere' ? { ...shown, message_id: found.message_id } : shown
}

const ofWords = ({ role, person_id, sender_name, text }: QuotedWords, copy: QuotedCopy | undefined): ShownQuote => ({
  by: role === 'assistant' ? 'bot' : { person_id, sender_name },
  text: copy !== undefined && isPartOf(copy.text, text) ? copy.text : text,
})

/** Whether a copy is a part of a longer text, such as one message of a long reply: then that part is meant. */
const isPartOf = (copy: string, text: string): boolean => {
  const [part, whole] = [lettersOf(copy), lettersOf(text)]
  return part.length >= LEAST_TOLD && part.length < whole.length && whole.includes(part)
}

/** Markup and line breaks differ between a text and its display by the channel. */
const lettersOf = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')

/** The stored messages that the messages of a turn quote. */
export const quotedIdsOf = (batch: readonly TurnMessage[], quotations: Quotations): readonly MessageId[] =>
  batch.flatMap(({ message_id }) => quotations.get(message_id)?.message_id ?? [])

/** The question for a search: the text of the turn, and the quoted text if the turn names no subject by itself. */
export const questionWithQuotes = (question: string, batch: readonly TurnMessage[], quotations: Quotations): string => {
  const quoted = batch.flatMap(({ message_id }) => quotations.get(message_id)?.text ?? [])
  if (quoted.length === 0 || subjectsToFind(question).length > MOST_VAGUE) return question
  return [question, ...quoted].join('\n')
}

/** A question with at most this many subject words may be about its quote: "translate this", "is that right?". */
const MOST_VAGUE = 2
