import type { ChildProcess } from 'node:child_process'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import type { Logger } from '../../platform/logger.ts'
import { reasonOf } from './library-errors.ts'

const KILL_WAIT_MS = 2000

/** Makes sure that a browser and its children are gone: one that has ended in good order is left as it is. */
export const killBrowser = async (
  browser: ChildProcess | null | undefined,
  clock: Clock,
  logger: Logger,
): Promise<void> => {
  if (browser == null || browser.exitCode !== null || browser.signalCode !== null) return
  const gone = new Promise<void>(resolve => {
    browser.once('exit', () => {
      resolve()
    })
  })
  try {
    // It leads a process group of its own; its children go with it.
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL')
  } catch {
    browser.kill('SIGKILL')
  }
  await withDeadline(clock, KILL_WAIT_MS, 'killing the browser', () => gone).catch((error: unknown) => {
    logger.error('The browser cannot be killed', { reason: reasonOf(error) })
  })
}
