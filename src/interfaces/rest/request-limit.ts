/** Limits how many requests one token, or one address without a valid token, may make in a minute. */
import { MINUTE_MS, SECOND_MS, type Clock } from '../../platform/clock.ts'
import { counted, countedWith } from '../../platform/counted.ts'
import { lru } from '../../platform/lru.ts'
import { Problem } from './problem.ts'

/** Tokens and addresses that are counted at once. */
const MOST_KEYS = 10_000

interface Window {
  /** On the monotonic clock. */
  readonly began: number
  count: number
}

export class RequestLimit {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #most: number
  readonly #windows = lru<string, Window>(MOST_KEYS)

  /** @param most requests in a minute */
  constructor(clock: Pick<Clock, 'monotonic'>, most: number) {
    this.#clock = clock
    this.#most = most
  }

  /** Counts a request. @throws Problem `too_many_requests` */
  take(key: string): void {
    const now = this.#clock.monotonic()
    let window = this.#windows.get(key)
    if (window === undefined || now - window.began >= MINUTE_MS) {
      window = { began: now, count: 0 }
      this.#windows.set(key, window)
    }
    if (++window.count <= this.#most) return
    const seconds = Math.ceil((window.began + MINUTE_MS - now) / SECOND_MS)
    throw new Problem(
      'too_many_requests',
      `${countedWith(this.#most, 'request', ['a minute is', 'a minute are'])} allowed (api.requests_per_minute); try again in ${counted(seconds, 'second')}`,
      { headers: { 'Retry-After': String(seconds) } },
    )
  }
}
