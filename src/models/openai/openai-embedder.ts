/** Embeddings from an OpenAI-compatible endpoint. */
import type OpenAI from 'openai'
import { cleanText, cutStart } from '../../text/cut.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { Embedder } from '../embedder.ts'
import { toUnitLength } from '../vectors.ts'
import { ModelError } from '../model-error.ts'
import { jsonOf } from './json-fields.ts'
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
}

/** Texts of one request: OpenAI takes 2,048, smaller servers far fewer, and a long answer takes long to read. */
const BATCH_TEXTS = 64
/** OpenAI takes 300,000 tokens a request; no text has more tokens than bytes, and usual ones have a quarter. */
const BATCH_BYTES = 400_000
/** OpenAI's models read 8,192 tokens of a text and refuse a longer one. */
const TEXT_TOKENS = 8000
/** Beyond this nothing of a text is even counted: counting is slow, and 8,000 tokens are hardly ever more. */
const TEXT_CHARACTERS = 40_000
/** A request with an empty text in it is refused as a whole. */
const EMPTY_TEXT = '.'

/**
 * An embedder behind OpenAI's embeddings. Texts go out in batches, each with the client's whole deadline; what is
 * longer than 8,000 tokens is cut there. Vectors are asked for as base64 (an eighth of the reading) and taken as
 * numbers too; a server that refuses base64 is asked for numbers from then on.
 */
export const createOpenAiEmbedder = (parts: OpenAiEmbedderDeps): Embedder => {
  const { client, model, dimensions, tokens } = parts
  let encoding: 'base64' | 'float' = 'base64'
  let length = dimensions

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

  return {
    provider: 'openai',
    model,
    space: dimensions === undefined ? model : `${model}@${String(dimensions)}`,
    embed: async (texts, call) => {
      const vectors: Float32Array[] = []
      let input_tokens = 0
      for (const batch of batches(texts.map(text => fit(text, tokens)))) {
        const answer = await client.call(model, (openai, signal) => ask(openai, batch, signal), call)
        const part = read(answer, batch)
        vectors.push(...part.vectors)
        input_tokens += part.input_tokens
      }
      return { vectors, input_tokens }
    },
  }
}

const fit = (raw: string, tokens: TokenCounter): string => {
  const text = cleanText(raw)
  if (text.trim() === '') return EMPTY_TEXT
  if (Buffer.byteLength(text) <= TEXT_TOKENS) return text
  return tokens.cut(cutStart(text, TEXT_CHARACTERS), TEXT_TOKENS, 'start')
}

const batches = function* (texts: readonly string[]): Generator<string[]> {
  let batch: string[] = []
  let bytes = 0
  for (const text of texts) {
    const size = Buffer.byteLength(text)
    if (batch.length === BATCH_TEXTS || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(text)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
