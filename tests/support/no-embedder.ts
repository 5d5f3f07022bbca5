// An embedder that cannot be asked: facts are compared by their words alone.
import type { Embedder } from '../../src/models/embedder.ts'
import { DenidinError } from '../../src/platform/errors.ts'

export const noEmbedder: Embedder = {
  provider: 'none',
  model: 'none',
  space: 'none',
  embed: () => Promise.reject(new DenidinError('unavailable', 'there is no embedder')),
}
