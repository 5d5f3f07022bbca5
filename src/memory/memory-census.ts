/** The port that counts stored memories and takes their digests, to prove that a migration loses none. */
import type { MemoryKind } from './memory.ts'

/** One memory, reduced to what never changes about it. */
export interface MemoryDigest {
  readonly memory_id: string
  readonly kind: MemoryKind
  /** SHA-256 of its id, scope, kind, text, quote, session and time of creation, in hexadecimal. */
  readonly digest: string
}

export interface MemoryCensus {
  /** Every memory, in the order of its id, in steps between which other work gets its turn. */
  digests(): AsyncIterable<MemoryDigest>
}
