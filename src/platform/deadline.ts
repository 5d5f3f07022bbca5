/** Limits how long an asynchronous call may take. */
import type { Clock } from './clock.ts'
import { DenidinError } from './errors.ts'
import { orAborted } from './or-aborted.ts'

/**
 * Waits for `act` at most `milliseconds`. `act` gets a signal that is aborted when time is up, or when `outer` is.
 * @param what what takes so long, for the error; or the error itself
 * @throws DenidinError `timeout` (retryable) naming `what`, or the outer signal's reason.
 */
export const withDeadline = async <T>(
  clock: Clock,
  milliseconds: number,
  what: string | DenidinError,
  act: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> => {
  const controller = new AbortController()
  const signal = outer === undefined ? controller.signal : AbortSignal.any([outer, controller.signal])
  using _timer = clock.after(milliseconds, () => {
    controller.abort(
      typeof what === 'string'
        ? new DenidinError('timeout', `${what} took longer than ${String(milliseconds)} ms`, { retryable: true })
        : what,
    )
  })
  return await orAborted(act(signal), signal)
}

/**
 * Waits for a promise at most `milliseconds`; its work goes on afterwards.
 * @returns its result, or `undefined` if time is up first
 * @throws what it rejects with in time
 */
export const withinTime = async <T>(
  clock: Pick<Clock, 'sleep'>,
  milliseconds: number,
  promise: Promise<T>,
): Promise<T | undefined> => {
  const waiting = new AbortController()
  const over = clock.sleep(milliseconds, waiting.signal).catch(() => undefined)
  try {
    return await Promise.race([promise, over.then(() => undefined)])
  } finally {
    waiting.abort()
  }
}
