/** Health of the alerts themselves: whether the components are still checked, and whether anyone is told. */
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import type { Health, HealthCheck } from '../platform/health.ts'

/** Components are checked every 15 seconds at most: after this time without a check, the watch has stopped. */
const LONGEST_SILENCE_MS = 2 * MINUTE_MS
/** How long the news of a problem may wait until it counts as undeliverable. */
const LONGEST_WAIT_MS = 10 * MINUTE_MS

export interface WatchHealthDeps {
  readonly clock: Clock
  /** Why no one is told; `undefined`: the administrator is. */
  readonly silent: string | undefined
}

/** Not among the components that the watch follows: it cannot report its own end. */
export class WatchHealth implements HealthCheck {
  readonly name = 'alerts'
  readonly #deps: WatchHealthDeps
  /** On the monotonic clock; `undefined` before the first check. */
  #checked_at: number | undefined
  /** Since when the administrator has not been told of something. */
  #waiting_since: number | undefined

  constructor(deps: WatchHealthDeps) {
    this.#deps = deps
  }

  /** All components were checked, or the watch begins. `waiting`: whether the administrator has to be told of something. */
  checked(waiting: boolean): void {
    const now = this.#deps.clock.monotonic()
    this.#checked_at = now
    this.#waiting_since = waiting ? (this.#waiting_since ?? now) : undefined
  }

  async health(): Promise<Health> {
    const { clock, silent } = this.#deps
    if (this.#checked_at === undefined)
      return { state: 'off', detail: 'The components are checked while the bot runs.' }
    const silence_ms = clock.monotonic() - this.#checked_at
    if (silence_ms > LONGEST_SILENCE_MS) {
      const detail = `The components were last checked ${minutes(silence_ms)} minutes ago, and nobody is told of a problem. Restart DeniDin.`
      return { state: 'down', detail }
    }
    if (silent !== undefined) return { state: 'off', detail: `No one is told of problems: ${silent}.` }
    const waited_ms = this.#waiting_since === undefined ? 0 : clock.monotonic() - this.#waiting_since
    if (waited_ms > LONGEST_WAIT_MS) {
      const detail = `The administrator could not be told of a problem for ${minutes(waited_ms)} minutes; it is tried again.`
      return { state: 'degraded', detail }
    }
    return { state: 'ok', detail: 'Every component is checked, and the administrator is told of problems.' }
  }
}

const minutes = (ms: number): string => String(Math.round(ms / MINUTE_MS))
