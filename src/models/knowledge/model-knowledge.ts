/**
 * What DeniDin learned about models by asking them: their limits, what they do not accept, and which texts they refuse.
 */

/** Parameters and roles that some models refuse. */
export type OptionalPart = 'temperature' | 'response_format' | 'system'

/** How a model wants to be asked; unknown traits are left out. */
export interface ModelTraits {
  /**
   * Tokens of a request and its answer together, as the model counts them. For an embedding model: tokens of one text.
   */
  readonly window_tokens?: number
  /** Most tokens of an answer. */
  readonly output_tokens?: number
  /** How many tokens of a longer request the server read before it silently dropped the rest. */
  readonly cut_at_tokens?: number
  /** Tokens that the model counts for each token in our count, where it counts more. */
  readonly tokens_ratio?: number
  /** The name of the parameter that limits the answer. */
  readonly limit?: 'max_tokens' | 'max_completion_tokens'
  /** Parts that are not sent. `system`: the system message is written into the first user message instead. */
  readonly without?: readonly OptionalPart[]
  /** Most texts of one request to an embedding model. */
  readonly batch_texts?: number
}

/** What one call learned; `undefined` clears what was known. */
export type LearnedTraits = { readonly [Name in keyof ModelTraits]?: ModelTraits[Name] | undefined }

/**
 * What a call that began with `before` learned. Only the differences count, so that it does not overwrite what other
 * calls learned meanwhile.
 */
export const learnedSince = (before: ModelTraits, after: ModelTraits): LearnedTraits => {
  const gone = Object.keys(before).filter(name => !Object.hasOwn(after, name))
  const learned = Object.entries(after).filter(([name, value]) => before[name as keyof ModelTraits] !== value)
  return Object.fromEntries([...gone.map(name => [name, undefined] as const), ...learned])
}

/** One model at one address; traits learned for one key do not apply to another. */
export type ModelKey = string

/** @param base_url `undefined`: OpenAI's own */
export const modelKey = (base_url: string, model: string): ModelKey => {
  const { host, pathname } = new URL(base_url)
  return `${host}${pathname.replace(/\/+$/, '')} ${model}`
}

/** Remembers what was learned, across restarts. Reads are synchronous: everything is in memory. */
export interface ModelKnowledge {
  traitsOf(key: ModelKey): ModelTraits
  /** Adds to what is known about a model; the parts that it does not accept accumulate. */
  learn(key: ModelKey, learned: LearnedTraits): Promise<void>
  /** Those of the ids that the model is known to refuse. `ids` is called only if it refuses any text. */
  refused(key: ModelKey, ids: () => readonly string[]): ReadonlySet<string>
  /** Remembers for `lasts_ms` that a model refuses the texts with these ids. */
  refuse(key: ModelKey, ids: readonly string[], lasts_ms: number): Promise<void>
}
