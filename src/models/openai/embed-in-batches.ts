/** Embeds any number of texts: cuts them to the length that the model accepts and sends them in batches. */
import { cleanText, cutStart } from '../../text/cut.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { Embeddings } from '../embedder.ts'
import { learnedSince, type ModelKey, type ModelKnowledge } from '../knowledge/model-knowledge.ts'
import type { CallContext } from '../language-model.ts'
import { ModelError, modelErrorReason } from '../model-error.ts'
import { shorterTexts, textTokens } from './embedding-limits.ts'

/** Texts per request: OpenAI accepts 2,048, smaller servers far fewer, and a large response takes long to read. */
const BATCH_TEXTS = 64
/** OpenAI accepts 300,000 tokens per request. No text has more tokens than bytes; ordinary ones have a quarter. */
const BATCH_BYTES = 400_000
/** Text beyond this is not even counted: counting is slow, and 8,000 tokens are rarely longer. */
const TEXT_CHARACTERS = 40_000
/** A request that contains an empty text is refused as a whole. */
const EMPTY_TEXT = '.'

/** A server answered with another number of vectors than it got texts: it may read only the first text of a request. */
export class OtherNumber extends ModelError {
  constructor(host: string, vectors: number, texts: number) {
    super('bad-response', `${host} answered with ${String(vectors)} vectors for ${String(texts)} texts`)
  }
}

export interface EmbedInBatchesDeps {
  /** Makes one request. */
  readonly send: (batch: readonly string[], call: CallContext) => Promise<Embeddings>
  readonly key: ModelKey
  readonly knowledge: ModelKnowledge
  readonly tokens: TokenCounter
}

/** A function that embeds texts, and sends shorter or fewer ones if the server demands it. */
export const embedInBatches = ({ send, key, knowledge, tokens }: EmbedInBatchesDeps) => {
  /** Embeds texts, and sends shorter or fewer ones if the server demands it; it remembers what worked. */
  const embedBatch = async (texts: readonly string[], call: CallContext): Promise<Embeddings> => {
    const before = knowledge.traitsOf(key)
    let traits = before
    for (;;) {
      const batch = texts.map(text => fit(text, textTokens(traits), tokens))
      try {
        const embedded = await send(batch, call)
        if (traits !== before) await knowledge.learn(key, learnedSince(before, traits))
        return embedded
      } catch (error) {
        call.signal?.throwIfAborted()
        const shorter = shorterTexts(error, traits, batch, tokens)
        if (shorter !== undefined) traits = shorter
        else if (refusesNumber(error) && texts.length > 1) return await inHalves(texts, call)
        else throw error
      }
    }
  }

  /** Servers refuse too many texts, each with a different message. */
  const inHalves = async (texts: readonly string[], call: CallContext): Promise<Embeddings> => {
    const half = Math.ceil(texts.length / 2)
    const first = await embedBatch(texts.slice(0, half), call)
    const second = await embedBatch(texts.slice(half), call)
    await knowledge.learn(key, { batch_texts: Math.min(half, knowledge.traitsOf(key).batch_texts ?? half) })
    return {
      vectors: [...first.vectors, ...second.vectors],
      input_tokens: first.input_tokens + second.input_tokens,
    }
  }

  return async (texts: readonly string[], call: CallContext): Promise<Embeddings> => {
    const vectors: Float32Array[] = []
    let input_tokens = 0
    for (const batch of batches(texts, knowledge.traitsOf(key).batch_texts)) {
      const part = await embedBatch(batch, call)
      vectors.push(...part.vectors)
      input_tokens += part.input_tokens
    }
    return { vectors, input_tokens }
  }
}

const refusesNumber = (error: unknown): boolean =>
  modelErrorReason(error) === 'bad-request' || error instanceof OtherNumber

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
