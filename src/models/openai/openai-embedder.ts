/** Embeddings from an OpenAI-compatible endpoint. */
import { jsonOf } from '../../platform/json-text.ts'
import type OpenAI from 'openai'
import type { TokenCounter } from '../../text/tokens.ts'
import type { Embedder, Embeddings } from '../embedder.ts'
import { modelKey, type ModelKnowledge } from '../knowledge/model-knowledge.ts'
import type { CallContext } from '../language-model.ts'
import { toUnitLength } from '../vectors.ts'
import { ModelError } from '../model-error.ts'
import { embedInBatches, OtherNumber } from './embed-in-batches.ts'
import type { OpenAiClient } from './openai-client.ts'
import { failureInAnswer, refusedParameter } from './openai-errors.ts'
import { readProviderError } from './provider-error.ts'
import { embeddedTokens, readEmbeddings } from './read-embeddings.ts'

export interface OpenAiEmbedderDeps {
  readonly client: OpenAiClient
  readonly model: string
  /** Shortens the vectors if the model supports it; `undefined`: the model's own length. */
  readonly dimensions: number | undefined
  /** Cuts texts that are too long, and counts if the server does not report the tokens of a call. */
  readonly tokens: TokenCounter
  /** What earlier calls learned about models. */
  readonly knowledge: ModelKnowledge
}

/**
 * An embedder over OpenAI's embeddings API. Texts go out in batches, each with the client's whole deadline. Texts
 * longer than 8,000 tokens, or than the model is found to read, are cut there. Vectors are requested as base64, which
 * takes an eighth of the time to read; vectors as numbers are accepted too. A server that refuses base64 is asked for
 * numbers from then on.
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
      // The package parses JSON only if the content type says so.
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
    if (rows.length !== texts.length) throw new OtherNumber(client.host, rows.length, texts.length)
    const vectors: (Float32Array | undefined)[] = texts.map(() => undefined)
    // Compared within one answer only: a server may change the size one day, and the vector store handles that.
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
