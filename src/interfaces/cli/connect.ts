import type { OperationsClient } from '../../operations/client.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { Progress } from './progress.ts'
import type { Output } from './terminal.ts'

/** How long a command waits for another one that owns the data at this moment, or for a bot that is just starting. */
const PATIENCE_MS = 30 * SECOND_MS
const RETRY_MS = 100

/** How a command opens the application. */
export interface OpenOptions {
  /** The command lasts: other commands are to be served meanwhile. */
  readonly shared: boolean
}

export interface Connection {
  readonly clock: Clock
  readonly stderr: Output
  /** The owner of the data folder; `undefined` when none serves the socket. */
  connect(): Promise<OperationsClient | undefined>
  /** Opens the application for this one call. @throws DenidinError `already_running` when somebody owns the data. */
  open(options: OpenOptions): Promise<OperationsClient>
}

/**
 * Asks the owner when there is one, else becomes the owner for the one call. Between the two another command may own
 * the data for a moment: that is waited for, and told when it lasts. `what` is the command, as it was typed.
 * @throws DenidinError `already_running` when it lasts longer than 30 s, or whatever opening throws.
 */
export const connect = async (
  { clock, stderr, connect, open }: Connection,
  what: string,
  { shared = false, signal }: { readonly shared?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<OperationsClient> => {
  using progress = new Progress(what, clock, stderr)
  const deadline = clock.now() + PATIENCE_MS
  for (;;) {
    const owner = await connect()
    if (owner !== undefined) return owner
    try {
      return await open({ shared })
    } catch (thrown) {
      if (asDenidinError(thrown).code !== 'already_running' || clock.now() >= deadline) throw thrown
    }
    progress.say('waiting for another denidin command, or for DeniDin to start or stop …')
    await clock.sleep(RETRY_MS, signal)
  }
}
