/** Creates markup from texts that anyone may have written. */
import { withoutFormatCharacters } from '../../text/format-characters.ts'

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters that HTML does not allow: all except tabs and line breaks. */
const CONTROLS = /[^\P{Cc}\t\n]/gu

/** A text as the content of an element or the value of a quoted attribute, without invisible characters. */
export const escaped = (text: string): string =>
  withoutFormatCharacters(text.toWellFormed())
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, '\ufffd')
    .replace(/[&<>"']/g, sign => SPECIAL[sign] ?? sign)

/** Characters that begin and end a text with its own direction where an element is not possible. */
const FSI = '\u2068'
const PDI = '\u2069'

/** The same for a text inside a drawing, with the direction of its own letters. */
export const isolated = (text: string): string => `${FSI}${escaped(text)}${PDI}`
