/** The weights of the message search, for words and for combining them with similarity, with their defaults. */

/**
 * How a message is scored by its words. Each factor can be switched off: with 0 for a summand, with 1 for a multiplier.
 */
export interface LexicalWeights {
  /** BM25: how soon repetition stops counting, and how much long messages lose. */
  readonly k1: number
  readonly b: number
  /**
   * How many messages of everyday talk are counted in addition to those of a scope when the rarity of a word is
   * computed. Five messages are not enough for that: in them, “good” is as rare as “telescope”. Among thousands of
   * messages, the additional ones hardly count.
   */
  readonly prior: number
  /** Weights of the windows of two and four bursts on each side, each read as one text. */
  readonly near: number
  readonly wide: number
  /** Weight of the question that a message answers. */
  readonly answer: number
  /** Weight of a word with a related meaning, compared with the word itself. */
  readonly related: number
  /** Multiplier for messages of the person whom the question is about. */
  readonly speaker: number
  /** Multiplier for messages that are questions. */
  readonly question: number
  /** Multiplier for the bot's messages, unless the question is about them. */
  readonly bot: number
  /**
   * Summands for messages that were sent at the time in question, and for those that mention it; multiplied by the
   * rarity of that time.
   */
  readonly sent: number
  readonly mentioned: number
  /** Multiplier for messages that were sent at that time. */
  readonly in_time: number
  /** Multipliers for messages that mention a time, or a number, if the question asks for one. */
  readonly when: number
  readonly count: number
  /** Multiplier for the newest message if the question asks about the present; it approaches 1 with increasing age. */
  readonly now: number
}

/** Chosen by comparing variants; docs/memory.md describes the data, and the effect of each part. */
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

/** How words and vectors are combined, and how well messages must match before any is quoted. */
export interface Fusion {
  /** Weight of the vectors' similarity relative to the words' score, both as shares of their best. */
  readonly vectors: number
  /** For questions about people who speak here. */
  readonly personal: Certainty
  /** For questions that may be about the world in general. */
  readonly general: Certainty
  /** How many quotes are given if the match is not certain. */
  readonly few: number
  /** How many quotes may be based on meaning alone: among many messages, some are a little similar to any question. */
  readonly by_meaning: number
  /** Share of the best score below which nothing is quoted. */
  readonly tail: number
}

/** Shares of the question that the best message must answer. */
interface Certainty {
  /** Below this, nothing is recalled by words. */
  readonly floor: number
  /** From this share on, it is certain that the conversation covers the question; below it, `few` quotes are given. */
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
