/** The part of a found text that one packing shows: its passages, one after the other, as far as the budget allows. */
import type { FoundText, ShownText } from './found-text.ts'

/** The addition of one more passage. */
type Step = Omit<ShownText<unknown>, 'item'>

const NOTHING: Step = { tokens: 0, line_tokens: 0 }

export class Excerpt<Item extends object> {
  readonly #found: FoundText<Item>
  /** How many of the passages are shown. */
  #count = 0
  #shown: ShownText<Item> | undefined
  /** Whether the whole text is its only passage. */
  #uncut = false
  /** Whether only the beginning of the first passage is shown. */
  #cut = false

  constructor(found: FoundText<Item>) {
    this.#found = found
  }

  get item(): Item {
    return this.#found.item
  }

  /** The line with its day, which all texts of the day share. */
  get day(): string {
    return this.#found.day
  }

  /** Tokens of the whole text, with additions that are shown with it. */
  get tokens(): number {
    return this.#found.tokens
  }

  get isShown(): boolean {
    return this.#shown !== undefined
  }

  get isWhole(): boolean {
    return this.isShown && !this.#cut && this.#count === (this.#uncut ? 1 : this.#found.passages.length)
  }

  /** The item with the text that is shown. */
  get shown(): Item {
    return this.#shown?.item ?? this.item
  }

  get shownLineTokens(): number {
    return this.#shown?.line_tokens ?? 0
  }

  /** Tokens of the whole item in the request. */
  get wholeLineTokens(): number {
    return this.#found.whole.line_tokens
  }

  /** Makes the whole text its only passage. */
  keepWhole(): void {
    this.#uncut = true
  }

  /** The text once its first passage is shown. */
  get firstText(): string {
    return this.#uncut ? this.#found.text : this.#found.firstText
  }

  /** The addition of the next passage. */
  next(): Step {
    const { tokens, line_tokens } = this.#following()
    const before = this.#shown ?? NOTHING
    return { tokens: tokens - before.tokens, line_tokens: line_tokens - before.line_tokens }
  }

  takeNext(): void {
    this.#shown = this.#following()
    this.#count++
  }

  /**
   * Shows as much of the first passage as fits into `most` tokens.
   * @param room tokens that it may take in the request, including the text around it
   */
  takeBeginning(most: number, room: number): Step {
    const beginning = this.#found.beginning(this.firstText, most)
    if (beginning === undefined || beginning.line_tokens > room) return NOTHING
    this.#shown = beginning
    this.#cut = true
    return beginning
  }

  #following(): ShownText<Item> {
    return this.#uncut ? this.#found.whole : this.#found.excerpt(this.#count + 1)
  }
}
