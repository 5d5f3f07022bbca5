/** Formats one entry of a list for a chat: its day and its text, shortened to one line. */

import { cutStart } from './cut.ts'

const SHOWN_CHARACTERS = 300

/** The day of an ISO 8601 time, as a list shows it. */
export const listedDay = (iso: string | null): string => iso?.slice(0, '2026-11-20'.length) ?? ''

/** One line of a list: line breaks in a person's text must not look like further entries. */
export const listedText = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > SHOWN_CHARACTERS ? `${cutStart(line, SHOWN_CHARACTERS)}…` : line
}
