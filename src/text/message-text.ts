/** Reads the text of a message as a person wrote it: without format characters, and never longer than WhatsApp allows. */
import { cutStart } from './cut.ts'
import { withoutFormatCharacters } from './format-characters.ts'

/** Most characters (UTF-16 units) of a message that are read: as many as a message of WhatsApp may have. */
export const MOST_MESSAGE_CHARACTERS = 65_536
/** Nothing behind this is looked at, not even for format characters. */
const MOST_WRITTEN_CHARACTERS = 4 * MOST_MESSAGE_CHARACTERS
/** Ends a text of which only the beginning was read. No one can write it: the second character is a format character. */
const CUT_SIGN = '…\u2060'

/** What a person wrote, as it is kept and read everywhere. */
export const messageText = (written: string): string => {
  const text = withoutFormatCharacters(written.slice(0, MOST_WRITTEN_CHARACTERS))
  if (written.length <= MOST_WRITTEN_CHARACTERS && text.length <= MOST_MESSAGE_CHARACTERS) return text
  return `${cutStart(text, MOST_MESSAGE_CHARACTERS)}${CUT_SIGN}`
}

/** Whether only the beginning of a message was read; what came with it, such as a picture, may be told behind the sign. */
export const isBeginning = (text: string): boolean => text.includes(CUT_SIGN)
