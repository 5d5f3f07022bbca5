/** Embeddings from an OpenAI-compatible endpoint. */
import type OpenAI from 'openai'
import { z } from 'zod'
import { cleanText, cutStart } from '../../text/cut.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { Embedder, Embeddings } from '../embedder.ts'
import { modelKey, type ModelKnowledge } from '../knowledge/model-knowledge.ts'
import type { CallContext } from '../language-model.ts'
import { toUnitLength } from '../vectors.ts'
import { ModelError, modelErrorReason } from '../model-error.ts'
import { shorterTexts, textTokens } from './embedding-limits.ts'
import type { OpenAiClient } from './openai-client.ts'
import { failureInAnswer, refusedParameter } from './openai-errors.ts'
import { readProviderError } from './provider-error.ts'

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

/** Texts of one request: OpenAI takes 2,048, smaller servers far fewer, and a long answer takes long to read. */
const BATCH_TEXTS = 64
/** OpenAI takes 300,000 tokens a request; no text has more tokens than bytes, and usual ones have a quarter. */
const BATCH_BYTES = 400_000
/** Beyond this nothing of a text is even counted: counting is slow, and 8,000 tokens are hardly ever more. */
const TEXT_CHARACTERS = 40_000
/** A request with an empty text in it is refused as a whole. */
const EMPTY_TEXT = '.'
const BYTES_PER_FLOAT = 4

const answerSchema = z.object({
  data: z.array(
    z.object({ index: z.number().int().optional(), embedding: z.union([z.string(), z.array(z.number())]) }),
  ),
  usage: z.object({ prompt_tokens: z.number().int().nonnegative() }).nullish().catch(undefined),
})

/**
 * An embedder behind OpenAI's embeddings. Texts go out in batches, each with the client's whole deadline; what is
 * longer than 8,000 tokens, or than the model is found to read, is cut there. Vectors are asked for as base64 (an eighth of the reading) and taken as
 * numbers too; a server that refuses base64 is asked for numbers from then on.
 */
export const createOpenAiEmbedder = (parts: OpenAiEmbedderDeps): Embedder => {
  const { client, model, dimensions, tokens, knowledge } = parts
  const key = modelKey(client.base_url, model)
  let encoding: 'base64' | 'float' = 'base64'
  let length = dimensions

  const ask = async (openai: OpenAI, input: string[], signal: AbortSignal): Promise<unknown> => {
    const create = async (encoding_format: 'base64' | 'float'): Promise<unknown> => {
      const answer: unknown = await openai.embeddings.create(
        { model, input, encoding_format, ...(dimensions === undefined ? {} : { dimensions }) },
        { signal },
      )
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
    const parsed = answerSchema.safeParse(answer)
    if (!parsed.success) throw bad('something that holds no vectors')
    const { data, usage } = parsed.data
    if (data.length !== texts.length) throw bad(`${String(data.length)} vectors for ${String(texts.length)} texts`)
    const vectors: (Float32Array | undefined)[] = texts.map(() => undefined)
    data.forEach((each, position) => {
      const vector = toUnitLength(typeof each.embedding === 'string' ? fromBase64(each.embedding) : each.embedding)
      if (vector === undefined) throw bad('a vector without a direction')
      length ??= vector.length
      if (vector.length !== length) throw bad(`${String(vector.length)} dimensions where ${String(length)} belong`)
      vectors[each.index ?? position] = vector
    })
    if (vectors.length !== texts.length || vectors.includes(undefined)) throw bad('vectors for other texts')
    return {
      vectors: vectors as Float32Array[],
      input_tokens: usage?.prompt_tokens ?? texts.reduce((total, text) => total + tokens.count(text), 0),
    }
  }

  /** Embeds texts, shorter or fewer at a time where the server says so; what worked is remembered. */
  const embedBatch = async (texts: readonly string[], call: CallContext): Promise<Embeddings> => {
    const before = knowledge.traitsOf(key)
    let traits = before
    for (;;) {
      const batch = texts.map(text => fit(text, textTokens(traits), tokens))
      try {
        const answer = await client.call(model, (openai, signal) => ask(openai, batch, signal), call)
        if (traits !== before) await knowledge.learn(key, traits)
        return read(answer, batch)
      } catch (error) {
        call.signal?.throwIfAborted()
        const shorter = shorterTexts(error, traits, batch, tokens)
        if (shorter !== undefined) traits = shorter
        else if (modelErrorReason(error) === 'bad-request' && texts.length > 1) return await inHalves(texts, call)
        else throw error
      }
    }
  }

  /** Servers refuse more texts than they take, each in words of its own. */
  const inHalves = async (texts: readonly string[], call: CallContext): Promise<Embeddings> => {
    const half = Math.ceil(texts.length / 2)
    const first = await embedBatch(texts.slice(0, half), call)
    const second = await embedBatch(texts.slice(half), call)
    const traits = knowledge.traitsOf(key)
    await knowledge.learn(key, { ...traits, batch_texts: Math.min(half, traits.batch_texts ?? half) })
    return {
      vectors: [...first.vectors, ...second.vectors],
      input_tokens: first.input_tokens + second.input_tokens,
    }
  }

  return {
    provider: 'openai',
    model,
    space: dimensions === undefined ? model : `${model}@${String(dimensions)}`,
    embed: async (texts, call) => {
      const vectors: Float32Array[] = []
      let input_tokens = 0
      for (const batch of batches(texts, knowledge.traitsOf(key).batch_texts)) {
        const part = await embedBatch(batch, call)
        vectors.push(...part.vectors)
        input_tokens += part.input_tokens
      }
      return { vectors, input_tokens }
    },
  }
}

/** Little-endian 32-bit floats, as OpenAI packs them. */
const fromBase64 = (text: string): number[] => {
  const bytes = Buffer.from(text, 'base64')
  return Array.from({ length: Math.floor(bytes.length / BYTES_PER_FLOAT) }, (_, i) =>
    bytes.readFloatLE(i * BYTES_PER_FLOAT),
  )
}

const fit = (raw: string, most_tokens: number, tokens: TokenCounter): string => {
  const text = cleanText(raw)
  if (text.trim() === '') return EMPTY_TEXT
  if (Buffer.byteLength(text) <= most_tokens) return text
  return tokens.cut(cutStart(text, TEXT_CHARACTERS), most_tokens, 'start')
}

const batches = function* (texts: readonly string[], most = BATCH_TEXTS): Generator<string[]> {
  let batch: string[] = []
  let bytes = 0
  for (const text of texts) {
    const size = Buffer.byteLength(text)
    if (batch.length === Math.min(most, BATCH_TEXTS) || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(text)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
