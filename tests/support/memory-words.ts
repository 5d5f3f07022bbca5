import type { Embedder, Embeddings } from '../../src/models/embedder.ts'
import type { CallContext } from '../../src/models/language-model.ts'
import { DenidinError } from '../../src/platform/errors.ts'

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193)
  return value >>> 0
}

/** A unit vector in which every word of a text has its own direction: the more words two texts share, the nearer. */
export const wordVector = (text: string, length = 64): Float32Array => {
  const vector = new Float32Array(length)
  for (const word of text.toLowerCase().match(/\p{L}+|\d+/gu) ?? ['-']) {
    const code = hash(word)
    vector[code % length]! += code & 0x10000 ? 1 : -1
    vector[(code >>> 8) % length]! += code & 0x20000 ? 0.5 : -0.5
  }
  const size = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return size === 0 ? wordVector('-', length) : vector.map(value => value / size)
}

/** An embedder of shared words that counts its texts and fails on demand. */
export class WordEmbedder implements Embedder {
  readonly provider = 'test'
  readonly model: string
  readonly space: string
  /** Numbers of a vector; a model behind the same name may change it at any time. */
  length: number
  readonly calls: CallContext[] = []
  /** Texts that were embedded. */
  texts: string[] = []
  failure: DenidinError | undefined
  /** Texts that are refused for good. */
  refuses: (text: string) => boolean = () => false

  constructor(model = 'words', length = 64) {
    this.model = model
    this.space = model
    this.length = length
  }

  async embed(texts: readonly string[], call: CallContext): Promise<Embeddings> {
    this.calls.push(call)
    if (this.failure !== undefined) throw this.failure
    if (texts.some(this.refuses)) throw new DenidinError('rejected', 'this text is refused')
    this.texts.push(...texts)
    return { vectors: texts.map(text => wordVector(text, this.length)), input_tokens: texts.length }
  }
}
