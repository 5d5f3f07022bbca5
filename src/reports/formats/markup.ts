/** Makes markup of words that anyone may have written. */
import { withoutFormatCharacters } from '../../text/format-characters.ts'

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Controls but for line breaks and tabs are not characters of HTML. */
const CONTROLS = /[^\P{Cc}\t\n]/gu

/** A text as the content of an element or the value of a quoted attribute, without anything invisible in it. */
export const escaped = (text: string): string =>
  withoutFormatCharacters(text.toWellFormed())
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, '\ufffd')
    .replace(/[&<>"']/g, sign => SPECIAL[sign] ?? sign)

/** Begins and ends a piece of text whose direction is its own, where no element can do it. */
const FSI = '\u2068'
const PDI = '\u2069'

/** The same for a text inside a drawing, which runs in the direction of its own letters. */
export const isolated = (text: string): string => `${FSI}${escaped(text)}${PDI}`
