import type { OperationsClient } from '../../operations/client.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'

/** How long a command waits for another one that owns the data at this moment, or for a bot that is just starting. */
const PATIENCE_MS = 30 * SECOND_MS
const RETRY_MS = 100

export interface Reach {
  readonly clock: Clock
  /** The owner of the data folder; `undefined` when none serves the socket. */
  connect(): Promise<OperationsClient | undefined>
  /** Opens the application for this one call. @throws DenidinError `already_running` when somebody owns the data. */
  open(): Promise<OperationsClient>
}

/**
 * Asks the owner when there is one, else becomes the owner for the one call. Between the two another command may own
 * the data for a moment: that is waited for.
 * @throws DenidinError `already_running` when it lasts longer than 30 s, or whatever opening throws.
 */
export const reach = async ({ clock, connect, open }: Reach, signal?: AbortSignal): Promise<OperationsClient> => {
  const deadline = clock.now() + PATIENCE_MS
  for (;;) {
    const owner = await connect()
    if (owner !== undefined) return owner
    try {
      return await open()
    } catch (thrown) {
      if (asDenidinError(thrown).code !== 'already_running' || clock.now() >= deadline) throw thrown
    }
    await clock.sleep(RETRY_MS, signal)
  }
}
