/** Formats one entry of a list for a chat: its day and its text, shortened to one line. */

const SHOWN_CHARACTERS = 300

/** The day of an ISO 8601 time, as a list shows it. */
export const listedDay = (iso: string | null): string => iso?.slice(0, '2026-11-20'.length) ?? ''

/** One line of a list: line breaks in a person's text must not look like further entries. */
export const listedText = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  const characters = Array.from(line)
  return characters.length > SHOWN_CHARACTERS ? `${characters.slice(0, SHOWN_CHARACTERS).join('')}…` : line
}
