/**
 * Counts the tokens of the text around the parts of a request. Never too low, and cheap: repeated texts are counted
 * once.
 */
import { MESSAGE_TOKENS } from '../../models/message-tokens.ts'
import { lru } from '../../platform/lru.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { MeasuredTexts } from './measured-texts.ts'

/**
 * The tokens of quotation marks around a text at the end of a line, beside those of the prefix and of the text. They
 * usually need none: the first merges with the blank of the prefix, the last with the punctuation or the line break.
 */
const QUOTED_TOKENS = 2

/** Caches prefixes, names, prompts and recalled texts, which are packed several times in a turn. */
const REMEMBERED_TEXTS = 2000
/** Characters that `JSON.stringify` escapes. */
// eslint-disable-next-line no-control-regex -- these are the characters that JSON escapes
const ESCAPED = /["\\\u0000-\u001f]/

/** Whether `JSON.stringify` writes a text unchanged between quotation marks. */
export const isPlainJson = (text: string): boolean => !ESCAPED.test(text) && text.isWellFormed()

export class TokenCosts {
  readonly counter: TokenCounter
  /** The measures of long messages. */
  readonly measured: MeasuredTexts
  readonly #counted = lru<string, number>(REMEMBERED_TEXTS)

  constructor(counter: TokenCounter, measured = new MeasuredTexts()) {
    this.counter = counter
    this.measured = measured
  }

  /** Tokens of a text that will probably be counted again. */
  repeated(text: string): number {
    if (text === '') return 0
    const known = this.#counted.get(text)
    if (known !== undefined) return known
    const count = this.counter.count(text)
    this.#counted.set(text, count)
    return count
  }

  /** Tokens of a line: `prefix`, then a text of `tokens` tokens as a JSON string. */
  quotedLine(prefix: string, text: string, tokens: number): number {
    const quoted = isPlainJson(text) ? tokens : this.counter.count(JSON.stringify(text))
    return this.repeated(prefix) + quoted + QUOTED_TOKENS
  }

  /** Tokens of the lines with the days of texts: each is written once. */
  days(lines: ReadonlySet<string>): number {
    let tokens = 0
    for (const line of lines) tokens += this.day(line)
    return tokens
  }

  /** Tokens of a line with a day. */
  day(line: string): number {
    return this.repeated(`${line}\n`)
  }

  /** Tokens of a block of lines in a separate message; a block without lines is left out. */
  block(heading: string, lines: number): number {
    return lines === 0 ? 0 : this.repeated(heading) + lines + MESSAGE_TOKENS
  }
}
