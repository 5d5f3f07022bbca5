/** Embeddings from an OpenAI-compatible endpoint. */
import { jsonOf } from '../../platform/json-text.ts'
import type OpenAI from 'openai'
import type { TokenCounter } from '../../text/tokens.ts'
import type { Embedder, Embeddings } from '../embedder.ts'
import { modelKey, type ModelKnowledge } from '../knowledge/model-knowledge.ts'
import type { CallContext } from '../language-model.ts'
import { toUnitLength } from '../vectors.ts'
import { ModelError } from '../model-error.ts'
import { embedInBatches } from './embed-in-batches.ts'
import type { OpenAiClient } from './openai-client.ts'
import { failureInAnswer, refusedParameter } from './openai-errors.ts'
import { readProviderError } from './provider-error.ts'
import { embeddedTokens, readEmbeddings } from './read-embeddings.ts'

export interface OpenAiEmbedderDeps {
  readonly client: OpenAiClient
  readonly model: string
  /** Shortens the vectors where the model can; `undefined`: as long as they come. */
  readonly dimensions: number | undefined
  /** Cuts what is too long, and counts where the server does not say what a call took. */
  readonly tokens: TokenCounter
  /** What was learned about models before. */
  readonly knowledge: ModelKnowledge
}

/**
 * An embedder behind OpenAI's embeddings. Texts go out in batches, each with the client's whole deadline; what is
 * longer than 8,000 tokens, or than the model is found to read, is cut there. Vectors are asked for as base64 (an eighth of the reading) and taken as
 * numbers too; a server that refuses base64 is asked for numbers from then on.
 */
export const createOpenAiEmbedder = (parts: OpenAiEmbedderDeps): Embedder => {
  const { client, model, dimensions, tokens, knowledge } = parts
  let encoding: 'base64' | 'float' = 'base64'
  const ask = async (openai: OpenAI, input: string[], signal: AbortSignal): Promise<unknown> => {
    const create = async (encoding_format: 'base64' | 'float'): Promise<unknown> => {
      const received: unknown = await openai.embeddings.create(
        { model, input, encoding_format, ...(dimensions === undefined ? {} : { dimensions }) },
        { signal },
      )
      // The package reads JSON only where the content type says so.
      const answer = typeof received === 'string' ? jsonOf(received) : received
      const error = readProviderError(answer)
      if (error !== undefined) throw failureInAnswer(error, client.host)
      return answer
    }
    try {
      return await create(encoding)
    } catch (thrown) {
      if (encoding === 'float' || !refusedParameter(thrown, 'encoding_format')) throw thrown
      encoding = 'float'
      return await create(encoding)
    }
  }

  const bad = (what: string): ModelError => new ModelError('bad-response', `${client.host} answered with ${what}`)

  const read = (answer: unknown, texts: readonly string[]): { vectors: Float32Array[]; input_tokens: number } => {
    const rows = readEmbeddings(answer)
    if (rows === undefined) throw bad('something that holds no vectors')
    if (rows.length !== texts.length) throw bad(`${String(rows.length)} vectors for ${String(texts.length)} texts`)
    const vectors: (Float32Array | undefined)[] = texts.map(() => undefined)
    // Of one answer only: a server may give another size from some day on, and the vector store heals that.
    let length = dimensions
    rows.forEach(({ index, values }, position) => {
      const vector = toUnitLength(values)
      if (vector === undefined) throw bad('a vector without a direction')
      length ??= vector.length
      if (vector.length !== length) throw bad(`${String(vector.length)} dimensions where ${String(length)} belong`)
      vectors[index ?? position] = vector
    })
    if (vectors.length !== texts.length || vectors.includes(undefined)) throw bad('vectors for other texts')
    return {
      vectors: vectors as Float32Array[],
      input_tokens: embeddedTokens(answer) ?? texts.reduce((total, text) => total + tokens.count(text), 0),
    }
  }

  const send = async (batch: readonly string[], call: CallContext): Promise<Embeddings> =>
    read(await client.call(model, (openai, signal) => ask(openai, [...batch], signal), call), batch)

  return {
    provider: 'openai',
    model,
    space: dimensions === undefined ? model : `${model}@${String(dimensions)}`,
    embed: embedInBatches({ send, key: modelKey(client.base_url, model), knowledge, tokens }),
  }
}
