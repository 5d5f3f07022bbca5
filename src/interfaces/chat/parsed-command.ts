/** A command as somebody asked for it: its word, with the slash, and what stands behind it. */
export interface Typed {
  readonly word: string
  readonly words: string
}
