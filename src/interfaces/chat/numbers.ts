/** Reads numbers of a list as people write them: `3`, `1 3`, `1,3`, `1-3`, `#2`, in digits of any script. */

const MOST_DIGITS = 4
/** A longer text is not a list of numbers; searching for ranges takes time quadratic in its length. */
const MOST_CHARACTERS = 1000
/** A longer list is probably a mistake. */
const MOST_NUMBERS = 50

const DECIMAL = /\p{Nd}/gu
/** Meaningless words and characters between numbers. */
const BETWEEN =
  /[,;،、&+#]|\.(?!\d)|(?<![\p{L}])(?:and|numbers?|nos?|ו|ו-|מספר|מספרים)(?![\p{L}])[-־]?|(?<![\p{L}])ו[-־]?(?=\d)/gu
const RANGE = /(\d+)\s*(?:[-–—־~]|to|עד)\s*(\d+)/gu

/** The text with the digits of every script as 0 to 9. */
export const asciiDigits = (text: string): string => text.replace(DECIMAL, digit => String(valueOf(digit)))

/**
 * The value of a decimal digit: the ten digits of a script are contiguous, and adjacent sequences are whole tens too.
 */
const valueOf = (digit: string): number => {
  const point = digit.codePointAt(0) ?? 0
  let before = 0
  while (/^\p{Nd}$/u.test(String.fromCodePoint(point - before - 1))) before++
  return before % 10
}

/** The numbers that a text lists, in order and without duplicates; `undefined` if it is anything else. */
export const readNumbers = (text: string): readonly number[] | undefined => {
  if (text.length > MOST_CHARACTERS) return undefined
  const numbers = new Set<number>()
  const rest = asciiDigits(text.toLowerCase()).replace(RANGE, (_range, from: string, to: string) => {
    const [first, last] = [Number(from), Number(to)]
    if (last < first || last - first >= MOST_NUMBERS) return 'x'
    return Array.from({ length: last - first + 1 }, (_, index) => first + index).join(' ')
  })
  for (const word of rest.replace(BETWEEN, ' ').trim().split(/\s+/)) {
    if (!/^\d+$/.test(word) || word.length > MOST_DIGITS) return undefined
    numbers.add(Number(word))
  }
  return numbers.size > MOST_NUMBERS ? undefined : [...numbers]
}
