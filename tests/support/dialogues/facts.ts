/** A thing that people tell of themselves, in several wordings, and how others ask about it later. */
export interface Fact {
  /**
   * `single`: told once. `when`: told with a time. `list`: told of several things, at several times. `now`: told anew later,
   * with another value. `count`: told with a number.
   */
  readonly kind: 'single' | 'when' | 'list' | 'now' | 'count'
  /** What may stand for `{x}`. */
  readonly values: readonly string[]
  /** What its owner says. `{when}` is a time such as “last Tuesday”; `[he/she]` goes by who speaks. */
  readonly says: readonly string[]
  /** What the other asks, and the short answer that makes no sense without it. */
  readonly asks?: readonly string[]
  readonly answers?: readonly string[]
  /** What the other says to it: the same words, and no answer to anything. */
  readonly comments: readonly string[]
  /** How somebody asks about it later; `{name}` is the owner. */
  readonly questions: readonly string[]
}

/** What a language needs to make up talks. */
export interface DialogueLanguage {
  readonly language: 'en' | 'he'
  readonly women: readonly string[]
  readonly men: readonly string[]
  readonly facts: readonly Fact[]
  /** Talk about nothing in particular. */
  readonly chatter: readonly string[]
  readonly greetings: readonly string[]
  readonly farewells: readonly string[]
  /** Times as they are said, and how many days before they lie; `weekday`: the last day of that name. */
  readonly times: readonly { readonly said: string; readonly days: number }[]
  readonly weekdays: readonly string[]
  readonly last_weekday: (weekday: string) => string
  readonly months: readonly string[]
  /** Questions about what somebody did at a time. */
  readonly asks_month: readonly string[]
  /** Questions that nobody in these talks ever said anything about. */
  readonly unrelated: readonly string[]
}
