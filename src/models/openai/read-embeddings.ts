/** Reads the vectors of an answer, in each of the known shapes. */
import { jsonOf } from '../../platform/json-text.ts'
import { countOf, fieldsOf, itemsOf, textOf } from './json-fields.ts'

/** One vector of an answer, and the index of its text if the server gives it. */
export interface EmbeddingRow {
  readonly index: number | undefined
  readonly values: readonly number[]
}

const BYTES_PER_FLOAT = 4

/**
 * The rows of an answer, or `undefined` if one of them contains no vector. Known shapes:
 *
 * - `{"data": [{"index", "embedding"}]}`: OpenAI and most others; the embedding as numbers or as base64
 * - `[{"index", "embedding": [[…]]}]`: llama.cpp
 * - `{"embeddings": [[…]]}`: Ollama, Cohere; `[[…]]`: Hugging Face
 * - `{"embeddings": {"float": [[…]]}}`: Cohere's second version
 * - `{"embeddings": [{"values": […]}]}`, and `{"embedding": {"values": […]}}` for one text: Gemini
 *
 * A gateway may put the answer of the service behind it into `data` or `result`.
 */
export const readEmbeddings = (answer: unknown): readonly EmbeddingRow[] | undefined => {
  const items = itemsIn(answer)
  if (items === undefined) return undefined
  const rows = itemsOf(items).map(rowOf)
  return rows.every(row => row !== undefined) ? rows : undefined
}

const itemsIn = (answer: unknown): readonly unknown[] | undefined => {
  const { data, embeddings, embedding, result } = fieldsOf(answer)
  const lists = [data, embeddings, answer, fieldsOf(embeddings)['float'], fieldsOf(embeddings)['values']]
  const found = lists.find(Array.isArray)
  if (found !== undefined) return itemsOf(found)
  if (valuesOf(embedding) !== undefined) return [embedding]
  const inner = [data, result].find(each => Object.keys(fieldsOf(each)).length > 0 || Array.isArray(each))
  return inner === undefined ? undefined : Array.isArray(inner) ? itemsOf(inner) : itemsIn(inner)
}

/** Tokens that the server counted. */
export const embeddedTokens = (answer: unknown): number | undefined => {
  const { usage, prompt_eval_count } = fieldsOf(answer)
  return countOf(fieldsOf(usage)['prompt_tokens']) ?? countOf(prompt_eval_count)
}

const rowOf = (item: unknown): EmbeddingRow | undefined => {
  const { values: inner, vector = inner ?? item, embedding = vector, index } = fieldsOf(item)
  const values = valuesOf(embedding)
  return values === undefined ? undefined : { index: countOf(index), values }
}

const valuesOf = (embedding: unknown): readonly number[] | undefined => {
  const { values, float = values } = fieldsOf(embedding)
  if (float !== undefined) return valuesOf(float)
  const text = textOf(embedding)
  if (text !== undefined) return text.trimStart().startsWith('[') ? valuesOf(jsonOf(text)) : fromBase64(text)
  const items = itemsOf(embedding)
  const [only] = items
  // A list with a single vector is that vector; several vectors are one per token, and there is none for the text.
  if (items.length === 1 && Array.isArray(only)) return valuesOf(only)
  return items.length > 0 && items.every(value => typeof value === 'number') ? items : undefined
}

/** Little-endian 32-bit floats, as OpenAI packs them. */
const fromBase64 = (text: string): readonly number[] | undefined => {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0 || bytes.length % BYTES_PER_FLOAT !== 0) return undefined
  return Array.from({ length: bytes.length / BYTES_PER_FLOAT }, (_, i) => bytes.readFloatLE(i * BYTES_PER_FLOAT))
}
