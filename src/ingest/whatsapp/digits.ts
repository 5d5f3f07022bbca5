/** Digits of the scripts in which phones write dates. */

/** The zero of each supported script: Latin, Arabic, Persian, Devanagari, Bengali. */
const ZEROS = [0x30, 0x660, 0x6f0, 0x966, 0x9e6] as const

/** A pattern for one digit. */
export const DIGIT = '[0-9\\u0660-\\u0669\\u06f0-\\u06f9\\u0966-\\u096f\\u09e6-\\u09ef]'

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
