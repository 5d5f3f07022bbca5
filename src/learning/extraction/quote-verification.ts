/** Verifies that the source message contains the quote of an extracted fact, so that invented facts are dropped. */
import type { MessageId, MessageRecord } from '../../messages/message.ts'
import { inCompatibilityForm } from '../../text/fold.ts'

/** Least characters after normalising. A shorter quote proves nothing, because almost any text contains it. */
const MIN_QUOTE_CHARACTERS = 2

const HEBREW_POINTS = /[\u0591-\u05bd\u05bf-\u05c7]/g
const APOSTROPHES = /[\u2018\u2019\u201a\u201b\u05f3\u00b4`]/g
const QUOTATION_MARKS = /[\u201c\u201d\u201e\u201f\u05f4\u00ab\u00bb]/g
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]/g

/** The form in which texts and quotes are compared: single spaces, plain quotation marks and dashes, no vowel points. */
export const normaliseQuote = (text: string): string =>
  inCompatibilityForm(text)
    .replace(HEBREW_POINTS, '')
    .replace(INVISIBLE, '')
    .replace(APOSTROPHES, "'")
    .replace(QUOTATION_MARKS, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()

/** Punctuation that models put around a quote. */
const AROUND = new Set('"\'.… ')

/** A quote without the punctuation around it. */
const trimmed = (quote: string): string => {
  let start = 0
  let end = quote.length
  while (start < end && AROUND.has(quote.charAt(start))) start++
  while (end > start && AROUND.has(quote.charAt(end - 1))) end--
  return quote.slice(start, end)
}

/** Caches the normalised text of a message, because many facts are verified against one message. */
const normalised = new WeakMap<Pick<MessageRecord, 'text'>, string>()

/** Whether a message contains a quote literally; a quote of one word must be a whole word there. */
export const isQuotedFrom = (message: Pick<MessageRecord, 'text'>, quote: string): boolean => {
  const words = normalised.get(message) ?? normaliseQuote(message.text)
  normalised.set(message, words)
  return holds(words, quote)
}

/** A longer sequence of characters is not a word, and need not match a whole word. */
const LONGEST_WORD = 100

const holds = (words: string, quote: string): boolean => {
  const wanted = trimmed(normaliseQuote(quote))
  if (wanted.length < MIN_QUOTE_CHARACTERS) return false
  if (wanted.includes(' ') || wanted.length > LONGEST_WORD) return words.includes(wanted)
  for (let at = words.indexOf(wanted); at >= 0; at = words.indexOf(wanted, at + 1)) {
    if (!isWord(words.charAt(at - 1)) && !isWord(words.charAt(at + wanted.length))) return true
  }
  return false
}

const isWord = (character: string): boolean => /[\p{L}\p{N}]/u.test(character)

/** The source message that contains a quote: the named one, or else the first that contains it. */
export const findSource = (
  quote: string,
  named: MessageId | undefined,
  sources: readonly MessageRecord[],
): MessageRecord | undefined => {
  const first = sources.find(message => message.message_id === named)
  if (first !== undefined && isQuotedFrom(first, quote)) return first
  return sources.find(message => isQuotedFrom(message, quote))
}
