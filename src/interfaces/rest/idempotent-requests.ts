/**
 * Carries out a request with an `Idempotency-Key` once, however often it arrives: the first answer is kept and given again.
 * Where a crash leaves open whether a request was carried out, it is not repeated, and the caller is told.
 */
import { createHash } from 'node:crypto'
import type { EarlierRequest, IdempotencyStore, IdempotentRequest } from '../../access/idempotency-store.ts'
import { seal, unseal } from '../../access/seal.ts'
import type { Clock } from '../../platform/clock.ts'
import { jsonOf } from '../../platform/json-text.ts'
import type { Authenticated } from './authorization.ts'
import { Problem } from './problem.ts'

/** A longer answer is not kept. */
const MOST_KEPT_CHARACTERS = 256 * 1024
const KEY = /^[\x21-\x7e]{1,200}$/

/** An answer before it is sent. */
export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  /** What becomes of a key: `done`: it stands for this answer; `void`: nothing happened; `unknown`: something may have. */
  readonly outcome: 'done' | 'void' | 'unknown'
  readonly headers?: Readonly<Record<string, string>>
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** @throws Problem `malformed` */
export const checkKey = (key: string): void => {
  if (KEY.test(key)) return
  const detail = 'Idempotency-Key must be 1 to 200 visible ASCII characters'
  throw new Problem('malformed', detail, { errors: [{ detail, parameter: 'Idempotency-Key' }] })
}

export class IdempotentRequests {
  readonly #store: IdempotencyStore
  readonly #clock: Clock
  /** Keys of requests that this process works on. */
  readonly #running = new Set<string>()

  constructor(store: IdempotencyStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /**
   * Answers a request. @param asked what it asks for, in a form that is the same for the same request
   * @throws Problem `in_progress`, `key_reused`, `outcome_unknown`, `answer_not_kept`
   */
  async run(
    { token, secret }: Authenticated,
    key: string,
    asked: string,
    act: () => Promise<Answer>,
  ): Promise<Answer & { readonly repeated: boolean }> {
    const { token_id, person_id } = token
    const request: IdempotentRequest = {
      token_id,
      key_hash: hash(`${token_id} ${key}`),
      fingerprint: hash(asked),
      person_id,
      at: this.#clock.now(),
    }
    if (this.#running.has(request.key_hash)) {
      throw new Problem('in_progress', 'a request with this Idempotency-Key is in progress; ask again in a moment', {
        headers: { 'Retry-After': '1' },
      })
    }
    this.#running.add(request.key_hash)
    try {
      const earlier = await this.#store.begin(request)
      if (earlier !== undefined) return { ...repeat(earlier, request.fingerprint, secret, key), repeated: true }
      const answer = await act()
      await this.#end(request, answer, secret, key)
      return { ...answer, repeated: false }
    } finally {
      this.#running.delete(request.key_hash)
    }
  }

  async #end(request: IdempotentRequest, answer: Answer, secret: string, key: string): Promise<void> {
    const { status, type, body, outcome } = answer
    if (outcome === 'void') await this.#store.drop(request)
    if (outcome !== 'done') return
    const text = JSON.stringify({ type, body })
    await this.#store.conclude(
      request,
      status,
      text.length > MOST_KEPT_CHARACTERS ? undefined : seal(secret, key, text),
    )
  }
}

/** @throws Problem */
const repeat = (earlier: EarlierRequest, fingerprint: string, secret: string, key: string): Answer => {
  const { status, sealed } = earlier
  if (earlier.fingerprint !== fingerprint) {
    throw new Problem('key_reused', 'this Idempotency-Key was used for another request; choose a new one')
  }
  if (status === undefined) {
    throw new Problem(
      'outcome_unknown',
      'a request with this Idempotency-Key was interrupted, and it is not known whether it was carried out; look before you send it with a new key',
    )
  }
  const text = sealed === undefined ? undefined : unseal(secret, key, sealed)
  const kept = text === undefined ? undefined : (jsonOf(text) as Pick<Answer, 'type' | 'body'> | undefined)
  if (kept === undefined) {
    throw new Problem(
      'answer_not_kept',
      `the request with this Idempotency-Key was carried out with status ${String(status)}; its answer is not kept, because it was large or something was forgotten since`,
    )
  }
  return { status, type: kept.type, body: kept.body, outcome: 'done' }
}
