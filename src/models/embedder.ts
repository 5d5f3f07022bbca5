/** The port to embedding models: texts in, vectors out. */
import type { CallContext } from './language-model.ts'

export interface Embeddings {
  /** One unit-length vector per text, in the order of the texts. */
  readonly vectors: readonly Float32Array[]
  readonly input_tokens: number
}

/** Turns texts into vectors whose cosine measures how similar their meanings are. */
export interface Embedder {
  readonly provider: string
  readonly model: string
  /**
   * The name under which vectors of this embedder are stored; vectors of different spaces are never compared. It
   * consists of the model and, where configured, the dimensions: `text-embedding-3-small`,
   * `text-embedding-3-large@1024`.
   */
  readonly space: string
  /**
   * Embeds texts (at least one).
   * @throws DenidinError `timeout`, `unavailable` (both worth retrying later), `rejected` (not worth retrying),
   *   `bad_answer`.
   */
  embed(texts: readonly string[], call: CallContext): Promise<Embeddings>
}
