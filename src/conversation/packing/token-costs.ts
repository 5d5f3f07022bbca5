/** Counts what a request takes around its texts. Never too low, and cheap: texts that come again are counted once. */
import { LRUCache } from 'lru-cache'
import { MESSAGE_TOKENS } from '../../models/message-tokens.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { BriefReplies } from './brief-replies.ts'
import { SaidWords } from './said-words.ts'

/** A text between quotation marks, at the end of a line: the marks may split the words that they touch. */
const QUOTED_TOKENS = 6

/** Prefixes, names, prompts, and what is known, which is packed several times in a turn. */
const REMEMBERED_TEXTS = 2000
/** What `JSON.stringify` writes in a longer way. */
// eslint-disable-next-line no-control-regex -- these are the characters that JSON escapes
const ESCAPED = /["\\\u0000-\u001f]/

/** Whether `JSON.stringify` writes a text as it is, between quotation marks. */
export const isPlainJson = (text: string): boolean => !ESCAPED.test(text) && text.isWellFormed()

export class TokenCosts {
  readonly counter: TokenCounter
  readonly replies: BriefReplies
  readonly words = new SaidWords()
  readonly #counted = new LRUCache<string, number>({ max: REMEMBERED_TEXTS })

  constructor(counter: TokenCounter) {
    this.counter = counter
    this.replies = new BriefReplies(counter)
  }

  /** Tokens of a text that is likely to come again. */
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

  /** Tokens of a block of lines that is a message of its own; a block without lines is left out. */
  block(heading: string, lines: number): number {
    return lines === 0 ? 0 : this.repeated(heading) + lines + MESSAGE_TOKENS
  }
}
