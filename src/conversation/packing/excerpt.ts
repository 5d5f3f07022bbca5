/** A recalled text of which passages are shown, one after the other, as far as the budget reaches. */
import { cutStart } from '../../text/cut.ts'
import { excerptParts, passagesByWorth, type Passage, type QuestionWords } from '../../text/passages.ts'
import type { TokenCounter } from '../../text/tokens.ts'

/** Texts up to this length are shown whole or not at all. */
const WHOLE_TOKENS = 80
/** Tokens of one passage, about. */
const PASSAGE_TOKENS = 50

export interface ExcerptDeps<Item extends object> {
  readonly item: Item
  readonly text: string
  /** Tokens of `text`. */
  readonly tokens: number
  readonly words: QuestionWords
  /** The item with another text. */
  readonly withText: (text: string, tokens: number) => Item
  /** Tokens of the item in the request, with what surrounds its text. */
  readonly lineTokens: (item: Item, tokens: number) => number
  /** Tokens of what is shown with any of its text, such as what holds now instead. */
  readonly added_tokens: number
  readonly counter: TokenCounter
  /** What was worked out for items of this kind before: one may be packed several times until it is clear what fits. */
  readonly known: WeakMap<Item, KnownExcerpt<Item>>
}

/** What does not change about the text of an item, however often it is packed. */
export interface KnownExcerpt<Item> {
  passages: readonly Passage[] | undefined
  /** Tokens of its parts: most of what is shown stays as it is when a passage is added. */
  readonly counted: Map<string, number>
  /** Tokens of the whole item in the request. */
  whole_line_tokens: number | undefined
  /** What is shown with so many of its passages, but for the whole text. */
  readonly states: Map<number, State<Item>>
}

/** What one more passage adds. */
interface Step {
  /** Of the budget of recall. */
  readonly tokens: number
  readonly line_tokens: number
}

interface State<Item> {
  readonly item: Item
  readonly tokens: number
  readonly line_tokens: number
}

export class Excerpt<Item extends object> {
  readonly #deps: ExcerptDeps<Item>
  #passages: readonly Passage[] | undefined
  /** How many of the passages are shown. */
  #count = 0
  #shown: State<Item> | undefined
  /** What is shown with one more passage, once it was asked for. */
  #following: State<Item> | undefined
  #cut = false
  readonly #known: KnownExcerpt<Item>

  constructor(deps: ExcerptDeps<Item>) {
    this.#deps = deps
    this.#known = deps.known.get(deps.item) ?? {
      passages: undefined,
      counted: new Map(),
      whole_line_tokens: undefined,
      states: new Map(),
    }
    deps.known.set(deps.item, this.#known)
  }

  get item(): Item {
    return this.#deps.item
  }

  /** Tokens of the whole text, with what is shown with it. */
  get tokens(): number {
    return this.#deps.tokens + this.#deps.added_tokens
  }

  get isShown(): boolean {
    return this.#shown !== undefined
  }

  get isWhole(): boolean {
    return this.isShown && !this.#cut && this.#count === this.#all().length
  }

  /** The item with the text that is shown. */
  get shown(): Item {
    return this.#shown?.item ?? this.#deps.item
  }

  get shownLineTokens(): number {
    return this.#shown?.line_tokens ?? 0
  }

  /** Tokens of the whole item in the request. */
  get wholeLineTokens(): number {
    const { item, tokens, lineTokens } = this.#deps
    return (this.#known.whole_line_tokens ??= lineTokens(item, tokens))
  }

  /** Makes the whole text its only passage. */
  keepWhole(): void {
    this.#passages = [{ from: 0, to: this.#deps.text.length }]
    this.#following = undefined
  }

  /** The text once its first passage is shown. */
  get firstText(): string {
    return this.#partsOf(1).join('')
  }

  /** What the next passage would add. */
  next(): Step {
    const after = this.#followingState()
    return {
      tokens: after.tokens - (this.#shown?.tokens ?? 0),
      line_tokens: after.line_tokens - (this.#shown?.line_tokens ?? 0),
    }
  }

  takeNext(): void {
    this.#shown = this.#followingState()
    this.#following = undefined
    this.#count++
  }

  /**
   * Shows as much of the first passage as fits into `most` tokens.
   * @param room tokens that it may take in the request, with what surrounds it
   */
  takeBeginning(most: number, room: number): Step {
    const text = this.firstText
    const { counter, added_tokens } = this.#deps
    const cut = cutStart(text, counter.cut(text, most - added_tokens, 'start').length).trimEnd()
    const state = this.#state([cut])
    if (cut === '' || state.line_tokens > room) return { tokens: 0, line_tokens: 0 }
    this.#shown = state
    this.#cut = true
    return state
  }

  #followingState(): State<Item> {
    return (this.#following ??= this.#after(this.#count + 1))
  }

  #after(count: number): State<Item> {
    const { item } = this.#deps
    if (count >= this.#all().length) return { item, tokens: this.tokens, line_tokens: this.wholeLineTokens }
    const { states } = this.#known
    const state = states.get(count) ?? this.#state(this.#partsOf(count))
    states.set(count, state)
    return state
  }

  /** What is shown with a text of these parts. Together they may have a few tokens less than one by one, never more. */
  #state(parts: readonly string[]): State<Item> {
    const { withText, lineTokens, added_tokens } = this.#deps
    const tokens = parts.reduce((sum, part) => sum + this.#tokensOf(part), 0)
    const item = withText(parts.join(''), tokens)
    return { item, tokens: tokens + added_tokens, line_tokens: lineTokens(item, tokens) }
  }

  #tokensOf(part: string): number {
    const { counted } = this.#known
    const known = counted.get(part)
    if (known !== undefined) return known
    const tokens = this.#deps.counter.count(part)
    counted.set(part, tokens)
    return tokens
  }

  #partsOf(count: number): readonly string[] {
    const passages = this.#all()
    const { text } = this.#deps
    return count >= passages.length ? [text] : excerptParts(text, passages.slice(0, count))
  }

  #all(): readonly Passage[] {
    return (this.#passages ??= this.#cutText())
  }

  #cutText(): readonly Passage[] {
    const { text, tokens, words } = this.#deps
    if (tokens <= WHOLE_TOKENS) return [{ from: 0, to: text.length }]
    const size = Math.max(1, Math.round((PASSAGE_TOKENS * text.length) / tokens))
    return (this.#known.passages ??= passagesByWorth(text, size, words))
  }
}
