/** Checks that a quote stands in the words that it is said to come from. */
import type { MessageId, MessageRecord } from '../../messages/message.ts'

/** Shorter quotes prove nothing: they stand in almost anything. Characters after normalising. */
const SHORTEST_QUOTE = 2

const HEBREW_POINTS = /[\u0591-\u05bd\u05bf-\u05c7]/g
const APOSTROPHES = /[\u2018\u2019\u201a\u201b\u05f3\u00b4`]/g
const QUOTATION_MARKS = /[\u201c\u201d\u201e\u201f\u05f4\u00ab\u00bb]/g
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]/g

/** A text as quotes are compared: one space between words, plain quotation marks and dashes, no vowel points. */
export const normalised = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(HEBREW_POINTS, '')
    .replace(INVISIBLE, '')
    .replace(APOSTROPHES, "'")
    .replace(QUOTATION_MARKS, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()

/** What a model may put around a quote without meaning it. */
const trimmed = (quote: string): string => quote.replace(/^["'.…\s]+|["'.…\s]+$/g, '')

/** Whether `quote` stands, letter for letter, in `text`; a single word begins and ends where words do. */
export const quotes = (text: string, quote: string): boolean => {
  const wanted = trimmed(normalised(quote))
  if (wanted.length < SHORTEST_QUOTE) return false
  const words = normalised(text)
  if (wanted.includes(' ')) return words.includes(wanted)
  for (let at = words.indexOf(wanted); at >= 0; at = words.indexOf(wanted, at + 1)) {
    if (!isWord(words.charAt(at - 1)) && !isWord(words.charAt(at + wanted.length))) return true
  }
  return false
}

const isWord = (character: string): boolean => /[\p{L}\p{N}]/u.test(character)

/** The source that holds a quote: the named one, or else the only place where it can come from; the first of several. */
export const sourceOf = (
  quote: string,
  named: MessageId | undefined,
  sources: readonly MessageRecord[],
): MessageRecord | undefined => {
  const first = sources.find(message => message.message_id === named)
  if (first !== undefined && quotes(first.text, quote)) return first
  return sources.find(message => quotes(message.text, quote))
}
