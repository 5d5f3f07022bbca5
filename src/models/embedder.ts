/** The port to embedding models: texts in, vectors out. */
import type { CallContext } from './language-model.ts'

export interface Embeddings {
  /** One unit-length vector a text, in the order of the texts. */
  readonly vectors: readonly Float32Array[]
  readonly input_tokens: number
}

/** Turns texts into vectors whose cosine tells how near their meanings are. */
export interface Embedder {
  readonly provider: string
  readonly model: string
  /**
   * The name under which vectors of this embedder are kept: vectors of different spaces never meet.
   * Model and, where configured, dimensions: `text-embedding-3-small`, `text-embedding-3-large@1024`.
   */
  readonly space: string
  /**
   * Embeds texts (at least one).
   * @throws DenidinError `timeout`, `unavailable` (worth trying later), `rejected` (it is not), `bad_answer`.
   */
  embed(texts: readonly string[], call: CallContext): Promise<Embeddings>
}
