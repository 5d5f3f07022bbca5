/** The weights of the message search, for words and for their fusion with similarity, with their defaults. */

/** How a message is scored by its words. Every factor can be set to what takes it out: 0 for a sum, 1 for a product. */
export interface LexicalWeights {
  /** BM25: how soon repetition stops to count, and how much long messages lose. */
  readonly k1: number
  readonly b: number
  /**
   * Messages of everyday talk that are counted beside those of a scope where it is asked how rare a word is. Five
   * messages cannot tell: in them “good” is as rare as “telescope”. Among thousands they hardly count.
   */
  readonly prior: number
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
  prior: 500,
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

/** How words and vectors are put together, and how much must fit before anything is quoted. */
export interface Fusion {
  /** Weight of the vectors' likeness against the words' score, both as shares of their best. */
  readonly vectors: number
  /** For questions about those who speak here. */
  readonly personal: Certainty
  /** For questions that may as well be about the world. */
  readonly general: Certainty
  /** Most quotes below what is sure. */
  readonly few: number
  /** Most quotes for which meaning alone speaks: among many messages some are a little near to whatever is asked. */
  readonly by_meaning: number
  /** Share of the best score below which nothing is quoted. */
  readonly tail: number
}

/** Shares of what is asked that the best message must answer. */
interface Certainty {
  /** Below, nothing is recalled by words. */
  readonly floor: number
  /** From here on it is certain that this was spoken of; below, `few` quotes are given. */
  readonly sure: number
}

/** Chosen in the same way. */
export const FUSION: Fusion = {
  vectors: 0.3,
  personal: { floor: 0.1, sure: 0.15 },
  general: { floor: 0.4, sure: 0.5 },
  few: 2,
  by_meaning: 5,
  tail: 0.2,
}
