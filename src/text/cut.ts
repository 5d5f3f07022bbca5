/**
 * Cuts people's text between visible characters: never inside an emoji, a letter with its marks, or a surrogate pair.
 */
import { once } from '../platform/once.ts'

const graphemes = once(() => new Intl.Segmenter(undefined, { granularity: 'grapheme' }))
/** Characters before a cut that are examined: a visible character is rarely longer. */
const LONGEST_GRAPHEME = 64
/** The same for a sequence of flags. */
const LONGEST_ROW = 2000
const FLAG_LETTER = /^\p{RI}$/u

/** The beginning of a text, at most `most` UTF-16 units long, that ends at the end of a visible character. */
export const cutStart = (text: string, most: number): string => {
  if (text.length <= most) return text
  return text.slice(0, boundaryBefore(text, Math.max(0, Math.floor(most))))
}

/** The end of a text, at most `most` UTF-16 units long, that begins at the start of a visible character. */
export const cutEnd = (text: string, most: number): string => {
  if (text.length <= most) return text
  const from = text.length - Math.max(0, Math.floor(most))
  const before = boundaryBefore(text, from)
  return text.slice(before === from ? from : boundaryAfter(text, from))
}

/** The whole text, or its beginning and its end on separate lines, in `most` UTF-16 units together. */
export const beginningAndEnd = (text: string, most: number): string =>
  text.length <= most ? text : `${cutStart(text, most / 2)}\n…\n${cutEnd(text, most / 2)}`

/** The last boundary of visible characters at or before `at`. */
const boundaryBefore = (text: string, at: number): number => {
  if (at <= 0 || at >= text.length) return Math.min(Math.max(at, 0), text.length)
  if (isPlain(text.charCodeAt(at - 1)) && isPlain(text.charCodeAt(at))) return at
  const from = beginOfContext(text, at)
  const around = text.slice(from, at + LONGEST_GRAPHEME)
  const found = graphemes()
    .segment(around)
    .containing(at - from)
  // Marks that pile up endlessly are not characters that could be kept whole.
  if (found === undefined || found.segment.length > LONGEST_GRAPHEME) return wellFormedAt(text, at)
  return from + found.index
}

/** Whether a UTF-16 unit is a visible character by itself beside another such: most Latin and all Hebrew letters. */
const isPlain = (unit: number): boolean => (unit >= 0x20 && unit < 0x300) || (unit >= 0x5d0 && unit <= 0x5ea)

/** The first boundary of visible characters after `at`. */
const boundaryAfter = (text: string, at: number): number => {
  const from = beginOfContext(text, at)
  const around = text.slice(from, at + LONGEST_GRAPHEME)
  const found = graphemes()
    .segment(around)
    .containing(at - from)
  if (found === undefined) return at
  if (found.segment.length > LONGEST_GRAPHEME) return isLowSurrogate(text.charCodeAt(at)) ? at + 1 : at
  return from + found.index + found.segment.length
}

/**
 * Where to start looking for boundaries around `at`: in a sequence of flags, which only their order pairs, at its
 * beginning.
 */
const beginOfContext = (text: string, at: number): number => {
  let from = wellFormedAt(text, Math.max(0, at - LONGEST_GRAPHEME))
  while (from >= 2 && at - from < LONGEST_ROW && FLAG_LETTER.test(text.slice(from - 2, from))) from -= 2
  return from
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** `at`, or one less if it is between the two halves of a surrogate pair. */
const wellFormedAt = (text: string, at: number): number =>
  at > 0 && isLowSurrogate(text.charCodeAt(at)) && isHighSurrogate(text.charCodeAt(at - 1)) ? at - 1 : at

/** Control characters that no text needs; a NUL makes some servers refuse the whole request. */
// eslint-disable-next-line no-control-regex -- these are what is taken out
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g

/** A text that every server accepts: no half of a surrogate pair (each becomes U+FFFD), no control characters. */
export const cleanText = (text: string): string => text.toWellFormed().replace(CONTROLS, '')
