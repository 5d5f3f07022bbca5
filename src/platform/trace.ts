/**
 * The correlation id that follows one message through the log, and the time in which DeniDin only waits for others
 * meanwhile.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from './clock.ts'
import { urgentWorkBegins, urgentWorkPauses } from './urgent-work.ts'

type Stopwatch = Pick<Clock, 'monotonic'>

/** Adds up the time in which at least one wait is under way. */
class WaitingTime {
  readonly #urgent: boolean
  #depth = 0
  #since = 0
  #total_ms = 0

  constructor(urgent = false) {
    this.#urgent = urgent
  }

  begin(now: number): void {
    if (this.#depth++ > 0) return
    this.#since = now
    if (this.#urgent) urgentWorkPauses()
  }

  end(now: number): void {
    if (--this.#depth > 0) return
    this.#total_ms += now - this.#since
    if (this.#urgent) urgentWorkBegins()
  }

  at(now: number): number {
    return this.#total_ms + (this.#depth > 0 ? now - this.#since : 0)
  }
}

interface Trace {
  /** `undefined`: something is measured that belongs to no message. */
  readonly id: string | undefined
  readonly waiting: WaitingTime
}

const storage = new AsyncLocalStorage<Trace>()

/** Runs `act` with a correlation id that every log line written inside it carries. */
export const withTrace = <T>(id: string, act: () => T): T => storage.run({ id, waiting: new WaitingTime() }, act)

/** Like `withTrace`, for work that a person waits for in a chat: background work lets it go first. */
export const withUrgentTrace = async <T>(id: string, act: () => Promise<T>): Promise<T> => {
  urgentWorkBegins()
  try {
    return await storage.run({ id, waiting: new WaitingTime(true) }, act)
  } finally {
    urgentWorkPauses()
  }
}

/** The correlation id of the current turn, if any. */
export const currentTrace = (): string | undefined => storage.getStore()?.id

/** Runs `act`, in which DeniDin only waits: for a model, for the channel, or because a person would need the time. */
export const whileWaiting = async <T>(clock: Stopwatch, act: () => Promise<T>): Promise<T> => {
  const waiting = storage.getStore()?.waiting
  if (waiting === undefined) return await act()
  waiting.begin(clock.monotonic())
  try {
    return await act()
  } finally {
    waiting.end(clock.monotonic())
  }
}

/** Milliseconds for which DeniDin has waited since the trace began; 0 outside of one. */
export const waitedMs = (clock: Stopwatch): number => storage.getStore()?.waiting.at(clock.monotonic()) ?? 0

/** Runs `act` and passes on how many milliseconds it took, without those in which DeniDin waited for others. */
export const timeOwnWork = async <T>(
  clock: Stopwatch,
  act: () => Promise<T>,
  took: (own_ms: number) => void,
): Promise<T> => {
  const measured = async (): Promise<T> => {
    const began = clock.monotonic()
    const waited = waitedMs(clock)
    const result = await act()
    took(Math.max(0, clock.monotonic() - began - (waitedMs(clock) - waited)))
    return result
  }
  return storage.getStore() === undefined
    ? await storage.run({ id: undefined, waiting: new WaitingTime() }, measured)
    : await measured()
}
