/** Measures how long each stage of a turn takes, and how long DeniDin itself needed for the whole turn. */
import { SECOND_MS, type Clock } from '../platform/clock.ts'
import type { TurnStage } from '../platform/metric-list.ts'
import type { Metrics } from '../platform/metrics.ts'
import { waitedMs } from '../platform/trace.ts'

export class TurnLaps {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #metrics: Pick<Metrics, 'observe'>
  readonly #began: number
  readonly #waited_ms: number
  #stage: TurnStage | undefined
  #entered: number

  /** The turn begins now. */
  constructor(clock: Pick<Clock, 'monotonic'>, metrics: Pick<Metrics, 'observe'>) {
    this.#clock = clock
    this.#metrics = metrics
    this.#began = clock.monotonic()
    this.#waited_ms = waitedMs(clock)
    this.#entered = this.#began
  }

  /** Ends the current stage and begins the next one. */
  enter(stage: TurnStage | undefined): void {
    const now = this.#clock.monotonic()
    if (this.#stage !== undefined) {
      this.#metrics.observe('turn_stage_seconds', { stage: this.#stage }, (now - this.#entered) / SECOND_MS)
    }
    this.#stage = stage
    this.#entered = now
  }

  /** The reply was sent, or waits until it can be. */
  answered(): void {
    const took_ms = this.#clock.monotonic() - this.#began
    const own_ms = Math.max(0, took_ms - (waitedMs(this.#clock) - this.#waited_ms))
    this.#metrics.observe('response_seconds', {}, took_ms / SECOND_MS)
    this.#metrics.observe('own_response_seconds', {}, own_ms / SECOND_MS)
  }
}
