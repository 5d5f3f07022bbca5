/** Shortens a person's text to one line: an entry of a list for a chat, or a quote within a sentence. */

import { cutStart } from './cut.ts'

const SHOWN_CHARACTERS = 300
const QUOTED_CHARACTERS = 60

/** One line of a list: line breaks in a person's text must not look like further entries. */
export const listedText = (text: string): string => oneLine(text, SHOWN_CHARACTERS)

/** A few words of a text, in quotation marks. */
export const quotedText = (text: string): string => `«${oneLine(text, QUOTED_CHARACTERS)}»`

const oneLine = (text: string, most: number): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > most ? `${cutStart(line, most).trimEnd()}…` : line
}
