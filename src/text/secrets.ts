/**
 * Recognises secrets in texts: passwords, PINs, keys, tokens, and the numbers of cards or identity documents; and takes
 * those that give access out of a text.
 */
import { wholeWordsOf } from './lexicons/lexicon.ts'

/** Characters of a sentence that are examined. */
const MOST_CHARACTERS = 1000

const CREDENTIALS = wholeWordsOf('credentials')
const NUMBERS = wholeWordsOf('secrets')
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
  const isGiven = [CREDENTIALS, NUMBERS].some(names => {
    const name = names.exec(text)
    return name !== null && GIVEN.test(text.slice(name.index))
  })
  return isGiven || [...text.matchAll(CARD)].some(([figures]) => isCardNumber(figures))
}

/** Stands for a secret that was taken out. */
export const REDACTED = '[redacted]'

/** A private key in PEM or PGP armour, up to its end line, or to the end of the text without one. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g

/** Tokens that their form gives away: those of model services, code hosts, clouds, chat and payment services; JWTs. */
const TOKENS = new RegExp(
  [
    String.raw`\bsk-[\w-]{16,}`,
    String.raw`\b[srw]k_(?:live|test)_\w{16,}`,
    String.raw`\bwhsec_\w{16,}`,
    String.raw`\b(?:gh[opsru]|github_pat|npm|hf|dop_v1|shpat|pypi)_[\w-]{20,}`,
    String.raw`\bglpat-[\w-]{16,}`,
    String.raw`\bxox[a-z]-[\w-]{10,}`,
    String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
    String.raw`\bAIza[\w-]{30,}`,
    String.raw`\bya29\.[\w-]{20,}`,
    String.raw`\bSG\.[\w-]{16,}\.[\w-]{16,}`,
    String.raw`\bEAA[A-Za-z0-9]{30,}`,
    String.raw`\b\d{8,10}:AA[\w-]{30,}`,
    String.raw`\bAGE-SECRET-KEY-1[0-9A-Z]{20,}`,
    String.raw`\bdenidin_\w{1,40}_[\w-]{16,}`,
    String.raw`\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]+)?`,
  ].join('|'),
  'g',
)
/** The password in an address such as `https://ana:secret@example.org`. */
const IN_ADDRESS = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{0,200}:)[^\s@/]{1,200}(?=@)/gi
/** The value of an authorization header. */
const IN_HEADER =
  /\b((?:authorization|x-api-key)["']?\s*:\s*["']?(?:bearer|basic|token)?\s*|bearer\s+(?=\S{16}))[\w.~+/=-]{8,}/gi
/** `DB_PASSWORD=…`, `"clientSecret": "…"`: names of settings, in which words are joined; their beginning stays anyway. */
const IN_SETTING =
  /((?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token)["']?[ \t]*[:=][ \t]*)(?:"[^"\n]*"|'[^'\n]*'|[^\n]+)/gi
/** What may stand between the name of a secret and its value. */
const BEFORE_VALUE =
  /^[^\n:=]{0,60}?(?:[:=]|(?<!\p{L})(?:is|are|was|to|הוא|היא|זה|עכשיו)(?!\p{L}))[ \t]*|^[^\n\d]{0,40}(?=\d{3})/u
/** The end of a sentence, or of the line. */
const SENTENCE_END = /[.!?;](?=\s|$)|\n|$/u

/** A text without its secrets. */
export interface Redacted {
  readonly text: string
  /** How many were taken out. */
  readonly secrets: number
}

/**
 * Replaces everything that gives access by `[redacted]`: private keys, tokens, passwords, PINs and the numbers of
 * payment cards. Prefers to take out too much: after the name of a secret, the rest of its sentence goes.
 */
export const redactSecrets = (text: string): Redacted => {
  let secrets = 0
  const replaced = (from: string, pattern: RegExp): string =>
    from.replace(pattern, (_found, kept: unknown) => {
      secrets++
      return `${typeof kept === 'string' ? kept : ''}${REDACTED}`
    })
  const known = [PRIVATE_KEY, TOKENS, IN_ADDRESS, IN_HEADER, IN_SETTING].reduce(replaced, text)
  const cards = known.replace(CARD, figures => {
    if (!isCardNumber(figures)) return figures
    secrets++
    return REDACTED
  })
  const [parts, named] = redactNamed(cards)
  return { text: parts, secrets: secrets + named }
}

/** Takes out what follows the name of a secret in its sentence. @returns the text, and how many values it had */
const redactNamed = (text: string): readonly [text: string, secrets: number] => {
  const parts: string[] = []
  let secrets = 0
  let at = 0
  for (const { index, 0: name } of text.matchAll(EVERY_CREDENTIAL)) {
    if (index < at) continue
    const after = index + name.length
    const before_value = BEFORE_VALUE.exec(text.slice(after, after + 100))
    if (before_value === null) continue
    const value = after + before_value[0].length
    const end = value + (SENTENCE_END.exec(text.slice(value))?.index ?? 0)
    const found = text.slice(value, end)
    if (found.trim() === '' || found.includes(REDACTED)) continue
    parts.push(text.slice(at, value), REDACTED)
    secrets++
    at = end
  }
  return [[...parts, text.slice(at)].join(''), secrets]
}

const EVERY_CREDENTIAL = new RegExp(CREDENTIALS.source, `${CREDENTIALS.flags}g`)
