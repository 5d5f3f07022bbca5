/** Something that a person has one value of at a time. In every sentence, `{v}` is the value. */
export interface Subject {
  readonly name: string
  readonly half: 'first' | 'second'
  /** How it is said at first. */
  readonly told: readonly string[]
  /** How a new value is said in a sentence of its own. */
  readonly changed: readonly string[]
  /** How the sentence before is corrected at once. */
  readonly corrected: readonly string[]
  readonly values: readonly string[]
  readonly questions: readonly string[]
}
