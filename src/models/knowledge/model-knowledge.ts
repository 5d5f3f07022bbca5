/** What was learned about models by asking them: their limits, what they do not accept, and which texts they refuse. */

/** Parameters and roles that some models refuse. */
export type OptionalPart = 'temperature' | 'response_format' | 'system'

/** How a model wants to be asked; what is not known is left out. */
export interface ModelTraits {
  /** Tokens of a request and its answer together, as the model counts them. Of an embedding model: of one text. */
  readonly window_tokens?: number
  /** Most tokens of an answer. */
  readonly output_tokens?: number
  /** Tokens that the server read of a longer request, without a word about the rest. */
  readonly cut_at_tokens?: number
  /** Tokens that the model counts for each of ours, where it counts more. */
  readonly tokens_ratio?: number
  /** The name of the bound on the answer. */
  readonly limit?: 'max_tokens' | 'max_completion_tokens'
  /** What is not sent. `system`: the system message is written into the first message of the user. */
  readonly without?: readonly OptionalPart[]
  /** Most texts of one request to an embedding model. */
  readonly batch_texts?: number
}

/** What was learned in one call: `undefined` takes back what was known. */
export type LearnedTraits = { readonly [Name in keyof ModelTraits]?: ModelTraits[Name] | undefined }

/** What a call that began with `before` learned, so that it leaves alone what others learned meanwhile. */
export const learnedSince = (before: ModelTraits, after: ModelTraits): LearnedTraits => {
  const gone = Object.keys(before).filter(name => !Object.hasOwn(after, name))
  const learned = Object.entries(after).filter(([name, value]) => before[name as keyof ModelTraits] !== value)
  return Object.fromEntries([...gone.map(name => [name, undefined] as const), ...learned])
}

/** One model at one address; what was learned about it says nothing about another. */
export type ModelKey = string

/** @param base_url `undefined`: OpenAI's own */
export const modelKey = (base_url: string, model: string): ModelKey => {
  const { host, pathname } = new URL(base_url)
  return `${host}${pathname.replace(/\/+$/, '')} ${model}`
}

/** Remembers what was learned, over restarts. Reading is at once: everything is at hand. */
export interface ModelKnowledge {
  traitsOf(key: ModelKey): ModelTraits
  /** Adds to what is known of a model; what it does not accept adds up. */
  learn(key: ModelKey, learned: LearnedTraits): Promise<void>
  /** Those of the ids that the model is known to refuse; they are looked at only where it refuses anything. */
  refused(key: ModelKey, ids: () => readonly string[]): ReadonlySet<string>
  /** Remembers for `lasts_ms` that a model refuses what is known under these ids. */
  refuse(key: ModelKey, ids: readonly string[], lasts_ms: number): Promise<void>
}
