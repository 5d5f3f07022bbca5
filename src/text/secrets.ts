/** Recognises sentences that contain a secret: a password, a PIN, the number of a card or an identity document. */
import { wholeWordsOf } from './lexicons/lexicon.ts'

/** Characters of a sentence that are examined. */
const MOST_CHARACTERS = 1000

const NAMES = wholeWordsOf('secrets')
/** A value is given: after a verb or a colon, or as a figure. */
const GIVEN = /(?:[:=]|(?<!\p{L})(?:is|are|was|to|הוא|היא|זה|עכשיו)(?!\p{L}))\s*\S|\d{3}/u

const CARD = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g
const NOT_DIGITS = /\D/g
const NINE = 9

/** Whether figures have the check digit of a payment card (Luhn). */
const isCardNumber = (figures: string): boolean => {
  const digits = figures.replace(NOT_DIGITS, '').split('').map(Number).toReversed()
  const sum = digits.reduce((total, digit, at) => {
    const value = at % 2 === 0 ? digit : digit * 2
    return total + (value > NINE ? value - NINE : value)
  }, 0)
  return sum % 10 === 0
}

/** Whether a sentence contains a secret and does not only mention one: “I forgot my password” does not. */
export const hasSecret = (sentence: string): boolean => {
  const text = sentence.slice(0, MOST_CHARACTERS).toLowerCase()
  const name = NAMES.exec(text)
  if (name !== null && GIVEN.test(text.slice(name.index))) return true
  return [...text.matchAll(CARD)].some(([figures]) => isCardNumber(figures))
}
