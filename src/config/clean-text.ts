/** Removes what editors, chats and shells leave around names and values: invisible characters and quotes. */
import { rowAtEnd } from '../platform/row-at-end.ts'

/** Format characters, such as byte order marks, zero-width spaces and direction marks. */
const INVISIBLE = /\p{Cf}/gu
/** Spaces that look like the ordinary one. */
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu
const INVISIBLE_ENDS = new RegExp(`^[\\p{Cf}\\s]+|${rowAtEnd('[\\p{Cf}\\s]')}`, 'gu')
const QUOTES = /["'`“”„‟«»‘’‚‛]/u
/** Opening quotes with the quotes that may close them. */
const PAIRS: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”“',
  '”': '”',
  '„': '“”',
  '‘': '’‘',
  '’': '’',
  '‚': '‘’',
  '«': '»',
  '»': '«',
}

/** Removes invisible characters, and replaces unusual spaces by ordinary ones. */
export const withoutInvisible = (text: string): string => text.replace(OTHER_SPACES, ' ').replace(INVISIBLE, '')

/** Removes white space and invisible characters at both ends, and a pair of quotes around the whole. */
export const bare = (text: string): string => {
  const trimmed = text.replace(INVISIBLE_ENDS, '')
  const inner = trimmed.slice(1, -1)
  const closing = PAIRS[trimmed.slice(0, 1)]
  const isQuoted = trimmed.length > 1 && closing?.includes(trimmed.slice(-1)) === true
  return isQuoted && !QUOTES.test(inner) ? inner.replace(INVISIBLE_ENDS, '') : trimmed
}

/**
 * For a value of plain characters, such as a key or an address: removes quotes at either end, and invisible characters.
 */
export const plain = (text: string): string =>
  bare(withoutInvisible(text))
    .replace(new RegExp(`^${QUOTES.source}+|${rowAtEnd(QUOTES.source)}`, 'gu'), '')
    .trim()

/** What people copy along with a key: the header in which it is sent. */
const BEARER = /^(?:authorization\s*:\s*)?bearer\s+/i

/** A key or token without quotes, invisible characters, and the name of its header. */
export const keyIn = (text: string): string => plain(plain(text).replace(BEARER, ''))

/** The name of a variable in the place of a key. No shell reads the settings and puts the value there. */
export const namesVariable = (text: string): boolean => /^\$[({]?[A-Za-z_]/.test(text)

/** One word of visible ASCII characters, without quotes. */
export const KEY = /^[\x21\x23-\x26\x28-\x5f\x61-\x7e]+$/
