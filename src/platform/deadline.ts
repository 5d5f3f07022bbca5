/** Limits how long an asynchronous call may take. */
import type { Clock } from './clock.ts'
import { DenidinError } from './errors.ts'

/**
 * Waits for `act` at most `milliseconds`. `act` gets a signal that is aborted when time is up, or when `outer` is.
 * @throws DenidinError `timeout` (retryable) naming `what`, or the outer signal's reason.
 */
export const withDeadline = async <T>(
  clock: Clock,
  milliseconds: number,
  what: string,
  act: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> => {
  const controller = new AbortController()
  const signal = outer === undefined ? controller.signal : AbortSignal.any([outer, controller.signal])
  using _timer = clock.after(milliseconds, () => {
    controller.abort(
      new DenidinError('timeout', `${what} took longer than ${String(milliseconds)} ms`, { retryable: true }),
    )
  })
  return await Promise.race([act(signal), abortion(signal)])
}

const abortion = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const fail = (): void => {
      reject(signal.reason as Error)
    }
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
