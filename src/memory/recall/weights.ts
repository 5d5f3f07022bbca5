/** How a message is scored by its words. Every factor can be set to what takes it out: 0 for a sum, 1 for a product. */
export interface LexicalWeights {
  /** BM25: how soon repetition stops to count, and how much long messages lose. */
  readonly k1: number
  readonly b: number
  /** Share of the two messages before and after, and of the four, read as one text. */
  readonly near: number
  readonly wide: number
  /** Share of the question that a message answers. */
  readonly answer: number
  /** A word near in meaning, against the word itself. */
  readonly related: number
  /** Product for messages of who is asked about. */
  readonly speaker: number
  /** Product for messages that ask. */
  readonly question: number
  /** Product for what the bot said, unless that is asked for. */
  readonly bot: number
  /** Sums for messages sent in the time asked about, and for those that speak of it; times the rarity of that time. */
  readonly sent: number
  readonly mentioned: number
  /** Product for messages sent in that time. */
  readonly in_time: number
  /** Products for messages that speak of a time, or of a number, when that is asked for. */
  readonly when: number
  readonly count: number
  /** Product for the newest message where it is asked how things stand now; it fades with age to 1. */
  readonly now: number
}

/** Chosen by comparing variants; docs/memory.md says on what, and what each part is worth. */
export const LEXICAL_WEIGHTS: LexicalWeights = {
  k1: 0.9,
  b: 0.4,
  near: 0.5,
  wide: 0.5,
  answer: 0.5,
  related: 0.4,
  speaker: 1.5,
  question: 0.85,
  bot: 0.6,
  sent: 1,
  mentioned: 1,
  in_time: 1.5,
  when: 1.3,
  count: 1.15,
  now: 1.5,
}

/** How words and vectors are put together. */
export interface Fusion {
  /** Weight of the vectors' likeness against the words' score, both as shares of their best. */
  readonly vectors: number
  /** Share of what is asked that the best message must answer, or nothing is recalled by words. */
  readonly floor: number
  /** Share from which on it is certain that this was spoken of; below, the fewer quotes the less of it is answered. */
  readonly sure: number
}

/** Chosen in the same way. */
export const FUSION: Fusion = { vectors: 0.3, floor: 0.15, sure: 0.35 }
