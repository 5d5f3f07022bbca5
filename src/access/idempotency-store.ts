/** The port of the store that keeps answers for repeated requests with the same `Idempotency-Key`. */
import type { PersonId } from '../people/person.ts'
import { DAY_MS } from '../platform/clock.ts'

/** How long an answer is kept. */
export const KEPT_MS = DAY_MS

/** A request that must be carried out once. */
export interface IdempotentRequest {
  readonly token_id: string
  /** Hash of the key that the caller chose. */
  readonly key_hash: string
  /** Hash of what was asked for. */
  readonly fingerprint: string
  /** Whose data the token is confined to. */
  readonly person_id: PersonId | undefined
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** What is known of a request whose key was used before. */
export interface EarlierRequest {
  readonly fingerprint: string
  /** `undefined`: it was begun, and its end was not recorded. */
  readonly status: number | undefined
  /** The answer, encrypted; `undefined` where it is not kept, or not any more. */
  readonly sealed: Uint8Array | undefined
}

/** Requests of the last day that carried a key. Each call is one transaction, on disk when it resolves. */
export interface IdempotencyStore {
  /** Records that a request begins; where its key was used before, changes nothing and returns what is known. */
  begin(request: IdempotentRequest): Promise<EarlierRequest | undefined>
  /** Records the answer. @param sealed `undefined`: it is not kept */
  conclude(request: IdempotentRequest, status: number, sealed: Uint8Array | undefined): Promise<void>
  /** Forgets a request that had no effect, so that its key may be used again. */
  drop(request: IdempotentRequest): Promise<void>
}
