/** Measures how long the event loop of this thread is kept from its next turn: by the clock, and in processor time. */
const EVERY_MS = 1
const MICROSECONDS = 1000

/** What this thread has worked. */
export const processorMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / MICROSECONDS
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
