import { systemClock } from '../../src/platform/clock.ts'

const LOOK_MS = 5

/**
 * Looks every few milliseconds until it holds; the test's own timeout is the limit. In between, the processor is free
 * for what the test waits for.
 */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await systemClock.sleep(LOOK_MS)
}
