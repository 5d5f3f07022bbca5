/** Lets background work wait while an answer to a person is being prepared. */
import { setTimeout as sleep } from 'node:timers/promises'
import { TimeSlices } from './yield.ts'

/** How often background work looks whether it may begin. */
const LOOK_EVERY_MS = 5
/** Background work begins after this time at the latest, so that it keeps up with many chats. */
const LONGEST_WAIT_MS = 100

/**
 * For how long one slice of a long computation waits: ten times as long as the slice, so that at least a tenth of the
 * processor remains for it while answers are prepared without a pause.
 */
const LONGEST_SLICE_WAIT_MS = 20

/** How much urgent work is under way in a process. It can be given to a thread as `workerData`. */
export type UrgentWorkCount = Int32Array<SharedArrayBuffer>

/** The count of this process: all of its answers are prepared in one event loop. */
export const urgentWork: UrgentWorkCount = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/** Whether urgent work is under way in the process of a count. Any thread may ask. */
export const isUnderWay = (count: UrgentWorkCount): boolean => Atomics.load(count, 0) > 0

/** How often urgent work began or paused. */
let changes = 0

/** Urgent work begins, or continues after a wait. Each call is followed by one of `urgentWorkPauses`. */
export const urgentWorkBegins = (): void => {
  Atomics.add(urgentWork, 0, 1)
  changes++
}

/** Urgent work ends, or waits for others. */
export const urgentWorkPauses = (): void => {
  Atomics.sub(urgentWork, 0, 1)
  changes++
}

/** Background work that waits while urgent work is under way, unless someone waits for its result. */
export class BackgroundPatience {
  readonly #longest_ms: number
  #wanted = new AbortController()

  /** @param longest_ms after which time the work begins in any case */
  constructor(longest_ms = LONGEST_WAIT_MS) {
    this.#longest_ms = longest_ms
  }

  /** Resolves when the background work is to begin. */
  async letUrgentWorkPass(): Promise<void> {
    const { signal } = this.#wanted
    const last = performance.now() + this.#longest_ms
    // A pause that has only just begun does not count: the request to the model may still be on its way.
    let seen = isUnderWay(urgentWork) ? undefined : changes
    while ((isUnderWay(urgentWork) || seen !== changes) && !signal.aborted && performance.now() < last) {
      seen = changes
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
    if (signal.aborted) this.#wanted = new AbortController()
  }

  /** Someone waits for the result: the background work begins now, or the next time without waiting. */
  end(): void {
    this.#wanted.abort()
  }
}

/** For long loops in the background: `pause` lets all other work run after each slice, and answers go first. */
export class BackgroundSlices {
  readonly #slices = new TimeSlices()
  readonly #patience = new BackgroundPatience(LONGEST_SLICE_WAIT_MS)

  async pause(): Promise<void> {
    if (!this.#slices.isOver) return
    await this.#patience.letUrgentWorkPass()
    await this.#slices.pause()
  }
}
