/** A text that was found for a turn, and its passages: cut and counted once, however often it is packed. */
import { cutStart } from '../../text/cut.ts'
import {
  excerptParts,
  partText,
  passagesByWorth,
  type Passage,
  type QuestionWords,
  type TextPart,
} from '../../text/passages.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { passageCharacters, type MeasuredText } from './measured-texts.ts'

/** Texts up to this length are shown whole or not at all. */
const WHOLE_TOKENS = 80

export interface FoundTextDeps<Item extends object> {
  readonly item: Item
  readonly text: string
  /** Tokens of `text`. */
  readonly tokens: number
  /** The line with its day, which all texts of the day share; few of the found texts need it. */
  readonly day: () => string
  readonly words: QuestionWords
  /** The item with another text. */
  readonly withText: (text: string, tokens: number) => Item
  /** Tokens of the item in the request, including the text around it. */
  readonly lineTokens: (item: Item, tokens: number) => number
  /** Tokens of additions that are shown with any of its text, such as a later statement. */
  readonly added_tokens: number
  readonly counter: TokenCounter
  /** The measures of `text`, which are needed if it is cut. */
  readonly measured: () => MeasuredText
}

/** An item with some or all of its text. */
export interface ShownText<Item> {
  readonly item: Item
  /** Tokens that count towards the budget of recall. */
  readonly tokens: number
  /** Tokens in the request, including the text around it. */
  readonly line_tokens: number
}

export class FoundText<Item extends object> {
  readonly #deps: FoundTextDeps<Item>
  #day: string | undefined
  #passages: readonly Passage[] | undefined
  #whole: ShownText<Item> | undefined
  /** The item with a given number of passages, except for the whole text. */
  readonly #excerpts = new Map<number, ShownText<Item>>()

  constructor(deps: FoundTextDeps<Item>) {
    this.#deps = deps
  }

  get item(): Item {
    return this.#deps.item
  }

  /** The line with its day, which all texts of the day share. */
  get day(): string {
    return (this.#day ??= this.#deps.day())
  }

  /** Tokens of the whole text, with additions that are shown with it. */
  get tokens(): number {
    return this.#deps.tokens + this.#deps.added_tokens
  }

  get text(): string {
    return this.#deps.text
  }

  get passages(): readonly Passage[] {
    return (this.#passages ??= this.#cutText())
  }

  get whole(): ShownText<Item> {
    const { item, tokens, lineTokens } = this.#deps
    return (this.#whole ??= { item, tokens: this.tokens, line_tokens: lineTokens(item, tokens) })
  }

  /** The item with its first `count` passages. */
  excerpt(count: number): ShownText<Item> {
    if (count >= this.passages.length) return this.whole
    const excerpt = this.#excerpts.get(count) ?? this.#excerpt(count)
    this.#excerpts.set(count, excerpt)
    return excerpt
  }

  /** The text of the first passage, with marks for omitted text. */
  get firstText(): string {
    if (this.passages.length <= 1) return this.text
    return this.#partsOf(1)
      .map(part => partText(this.text, part))
      .join('')
  }

  /** The item with as much of a text as fits into `most` tokens; `undefined` if none does. */
  beginning(text: string, most: number): ShownText<Item> | undefined {
    const { counter, added_tokens } = this.#deps
    const cut = cutStart(text, counter.cut(text, most - added_tokens, 'start').length).trimEnd()
    return cut === '' ? undefined : this.#shown(cut, counter.count(cut))
  }

  /** Its parts together may have a few tokens less than separately, never more. */
  #excerpt(count: number): ShownText<Item> {
    const { text, counter, measured } = this.#deps
    const parts = this.#partsOf(count).map(part => ({ part, shown: partText(text, part) }))
    const tokens = parts.reduce((sum, { part, shown }) => sum + measured().tokens(part, () => counter.count(shown)), 0)
    return this.#shown(parts.map(({ shown }) => shown).join(''), tokens)
  }

  #shown(text: string, tokens: number): ShownText<Item> {
    const { withText, lineTokens, added_tokens } = this.#deps
    const item = withText(text, tokens)
    return { item, tokens: tokens + added_tokens, line_tokens: lineTokens(item, tokens) }
  }

  #partsOf(count: number): readonly TextPart[] {
    return excerptParts(this.text, this.passages.slice(0, count))
  }

  #cutText(): readonly Passage[] {
    const { text, tokens, words, measured } = this.#deps
    if (tokens <= WHOLE_TOKENS) return [{ from: 0, to: text.length }]
    const size = passageCharacters({ text, tokens })
    return passagesByWorth(text, size, words, measured().pieces(size))
  }
}
