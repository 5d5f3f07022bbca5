/** Reads the text of a message: without format characters, and never longer than WhatsApp allows. */
import { cutStart } from './cut.ts'
import { withoutFormatCharacters } from './format-characters.ts'

/** Most characters (UTF-16 units) of a message that are read: as many as a WhatsApp message may have. */
export const MOST_MESSAGE_CHARACTERS = 65_536
/** Nothing after this many characters is examined, not even for format characters. */
const MOST_WRITTEN_CHARACTERS = 4 * MOST_MESSAGE_CHARACTERS
/**
 * Marks the end of a text of which only the beginning was read. No one can type it: the second character is a format
 * character.
 */
const CUT_SIGN = '…\u2060'

/** A person's text in the form in which it is stored and read everywhere. */
export const messageText = (written: string): string => {
  const text = withoutFormatCharacters(written.slice(0, MOST_WRITTEN_CHARACTERS))
  if (written.length <= MOST_WRITTEN_CHARACTERS && text.length <= MOST_MESSAGE_CHARACTERS) return text
  return `${cutStart(text, MOST_MESSAGE_CHARACTERS)}${CUT_SIGN}`
}

/** Whether only the beginning of a message was read. The description of an attachment may follow the sign. */
export const isBeginning = (text: string): boolean => text.includes(CUT_SIGN)
