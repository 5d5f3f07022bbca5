/** Measures how long the event loop of this thread is kept from its next turn: by the clock, and in processor time. */
const EVERY_MS = 1
const MICROSECONDS = 1000

/** What this thread has worked. */
export const processorMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / MICROSECONDS
}

const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
const SHORTEST_WAIT_MS = 0.01

/**
 * The same to the microsecond: Linux brings the value up to date only every few milliseconds while a thread works, and
 * when it begins to wait. The wait costs about 0.02 ms.
 */
export const exactProcessorMs = (): number => {
  Atomics.wait(never, 0, 0, SHORTEST_WAIT_MS)
  return processorMs()
}

/** In milliseconds. */
export interface LongestTurn {
  /** Also while other processes had the processor. */
  readonly clock: number
  /** What this thread worked between two turns: the same on a busy machine. */
  readonly processor: number
}

/** Begins to measure. @returns what ends it */
export const measureTurns = (): (() => LongestTurn) => {
  let clock = 0
  let processor = 0
  let at = performance.now()
  let worked = processorMs()
  const look = (): void => {
    const [now, work] = [performance.now(), processorMs()]
    clock = Math.max(clock, now - at - EVERY_MS)
    processor = Math.max(processor, work - worked)
    at = now
    worked = work
  }
  const timer = setInterval(look, EVERY_MS)
  return () => {
    clearInterval(timer)
    look()
    return { clock: Math.max(0, clock), processor }
  }
}
