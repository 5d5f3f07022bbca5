/** Digits of the scripts in which phones write dates. */

/**
 * The zero of each supported script: Latin, Arabic, Persian, Devanagari, Bengali, Gujarati, Thai, Lao, Burmese, Khmer.
 */
const ZEROS = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xae6, 0xe50, 0xed0, 0x1040, 0x17e0] as const

const RANGES = ZEROS.map(zero => `${String.fromCodePoint(zero)}-${String.fromCodePoint(zero + 9)}`).join('')

/** A pattern for one digit. */
export const DIGIT = `[${RANGES}]`
/** What `DIGIT` matches, for a class of characters. */
export const DIGITS_IN_CLASS = RANGES

/** The number that digits of any of these scripts represent. */
export const numberOf = (digits: string): number => {
  let number = 0
  for (const digit of digits) {
    const code = digit.codePointAt(0) ?? 0
    const zero = ZEROS.find(each => code >= each && code < each + 10) ?? 0x30
    number = number * 10 + (code - zero)
  }
  return number
}
