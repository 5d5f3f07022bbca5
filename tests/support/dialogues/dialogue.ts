/** A talk with questions about it, and where their answers stand. */
export interface Dialogue {
  readonly name: string
  /** Speaker who asks the questions; without one, nobody of the talk does. */
  readonly asker?: string
  readonly turns: readonly DialogueTurn[]
  readonly questions: readonly DialogueQuestion[]
}

export interface DialogueTurn {
  readonly id: string
  readonly session: number
  readonly speaker: string
  /** The bot itself says it; otherwise a person does. */
  readonly role?: 'assistant'
  readonly text: string
  /** Milliseconds since the Unix epoch. */
  readonly sent_at: number
  /**
   * What it says, statement by statement, whatever the wording: a fact in other words is the same statement. Of talks that
   * are made up, where that is known.
   */
  readonly says?: readonly string[]
}

export interface DialogueQuestion {
  readonly text: string
  readonly category: string
  /** What the right answer says, where the data tells. */
  readonly answer?: string
  /** Id of the turn in which it is asked: only what was said before may be found. Without one: after the talk. */
  readonly asked_at?: string
  /** Ids of the turns that answer it; none where the talk does not. */
  readonly evidence: readonly string[]
  /** It asks for what was never said, or of the wrong person: counted apart. */
  readonly adversarial: boolean
}
