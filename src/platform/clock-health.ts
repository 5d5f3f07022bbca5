/** Health of the machine's clock: its time and zone, and whether it was set back. */
import { onClockStep } from './clock-steps.ts'
import { HOUR_MS, MINUTE_MS, type Clock } from './clock.ts'
import type { Health, HealthCheck } from './health.ts'

/** How long a clock that was set back counts as a problem: new records seem older than the earlier ones. */
const TROUBLE_MS = HOUR_MS
/** No working clock shows an earlier time: this program is younger. */
const EARLIEST_PLAUSIBLE = Date.UTC(2026, 0, 1)

export class ClockHealth implements HealthCheck, Disposable {
  readonly name = 'clock'
  readonly #clock: Clock
  readonly #steps: Disposable
  /** The last time that the clock was set back. */
  #set_back: { readonly by_ms: number; readonly noticed_at: number } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    // A step forward is not a problem: a machine that slept shows one too.
    this.#steps = onClockStep(clock, step_ms => {
      if (step_ms < 0) this.#set_back = { by_ms: -step_ms, noticed_at: clock.monotonic() }
    })
  }

  async health(): Promise<Health> {
    const { zone } = this.#clock
    const now = this.#clock.now()
    const shown = `${zone.longTime(now)}, time zone ${zone.name}`
    if (now < EARLIEST_PLAUSIBLE) {
      return { state: 'down', detail: `The clock of the machine shows ${shown}, which cannot be: set it.` }
    }
    const set_back = this.#set_back
    if (set_back !== undefined && this.#clock.monotonic() - set_back.noticed_at < TROUBLE_MS) {
      const minutes = String(Math.round(set_back.by_ms / MINUTE_MS))
      return { state: 'degraded', detail: `The clock of the machine was set back by ${minutes} minutes: ${shown}.` }
    }
    return { state: 'ok', detail: `${shown}.` }
  }

  [Symbol.dispose](): void {
    this.#steps[Symbol.dispose]()
  }
}
