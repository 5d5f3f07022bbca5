/** Waits for work that may ignore its signal. */

/** Resolves with `act`, or rejects with the reason of `signal` as soon as that is aborted; leaves no listener behind. */
export const orAborted = async <T>(act: Promise<T>, signal: AbortSignal): Promise<T> => {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const fail = (): void => {
    reject(signal.reason as Error)
  }
  if (signal.aborted) fail()
  signal.addEventListener('abort', fail, { once: true })
  try {
    return await Promise.race([act, aborted])
  } finally {
    signal.removeEventListener('abort', fail)
  }
}
