/** Unicode's normal forms of texts that anyone may have written. */

/** More marks in a row than any text has; of more, the rest is left out. */
const MOST_MARKS = 1000
const MARKS = /\p{M}{1001,}/gu

/** A text in a normal form, in time linear in its length: sorting marks takes time quadratic in their number. */
export const inNormalForm = (text: string, form: 'NFC' | 'NFKC'): string =>
  text.replace(MARKS, row => row.slice(0, MOST_MARKS)).normalize(form)
