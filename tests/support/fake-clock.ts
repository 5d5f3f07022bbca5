import type { Clock } from '../../src/platform/clock.ts'
import { UTC, type TimeZone } from '../../src/platform/time-zone.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  readonly zone: TimeZone
  #now: number
  #elapsed = 0
  #timers: Timer[] = []

  constructor(now = Date.parse('2026-11-20T10:00:00Z'), zone = UTC) {
    this.zone = zone
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  /** How many timers and sleeps are not over: of a real clock, each would keep the process from ending. */
  get waiting(): number {
    return this.#timers.length
  }

  monotonic(): number {
    return this.#elapsed
  }

  /** Sets the wall clock forward or back, as an operator or a time server does: no time passes. */
  step(milliseconds: number): void {
    this.#now += milliseconds
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error)
        return
      }
      const timer = this.after(milliseconds, resolve)
      signal?.addEventListener('abort', () => {
        timer[Symbol.dispose]()
        reject(signal.reason as Error)
      })
    })
  }

  after(milliseconds: number, run: () => void): Disposable {
    const timer = { at: this.#elapsed + milliseconds, run }
    this.#timers.push(timer)
    return {
      [Symbol.dispose]: () => {
        this.#timers = this.#timers.filter(each => each !== timer)
      },
    }
  }

  /** Moves time on, running what falls due in its order, and lets what was waiting go on. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds
    for (;;) {
      const next = this.#timers.filter(each => each.at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter(each => each !== next)
      this.#pass(Math.max(0, next.at - this.#elapsed))
      next.run()
      await settle()
    }
    this.#pass(end - this.#elapsed)
    await settle()
  }

  #pass(milliseconds: number): void {
    this.#elapsed += milliseconds
    this.#now += milliseconds
  }
}

/** Lets everything go on that is only waiting for promises or for the event loop. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
}
