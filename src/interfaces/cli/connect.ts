/** Connects a command to the process that owns the data folder, or opens the application for this one command. */
import type { OperationsClient } from '../../operations/client.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { Progress } from './progress.ts'
import type { Output } from './terminal.ts'

/** How long a command waits for another one that owns the data folder, or for a bot that is starting. */
const MAX_WAIT_MS = 30 * SECOND_MS
const RETRY_MS = 100

/** How a command opens the application. */
export interface OpenOptions {
  /** The command runs for a long time: serve other commands meanwhile. */
  readonly shared: boolean
  /** The command works on files alone: the data folder is owned, and nothing of it opened. */
  readonly without_data?: boolean
}

export interface Connection {
  readonly clock: Clock
  readonly stderr: Output
  /** The owner of the data folder; `undefined` if no process serves the socket. */
  connect(): Promise<OperationsClient | undefined>
  /**
   * Opens the application for this one command. @throws DenidinError `already_running` if another process owns the data
   * folder.
   */
  open(options: OpenOptions): Promise<OperationsClient>
}

/**
 * Connects to the owner of the data folder, or becomes the owner for one command. If another command owns the folder,
 * waits, and says so if it takes long. `command` is the command as it was typed.
 * @throws DenidinError `already_running` after 30 s, or whatever opening throws.
 */
export const connect = async (
  { clock, stderr, connect, open }: Connection,
  command: string,
  {
    shared = false,
    without_data = false,
    signal,
  }: {
    readonly shared?: boolean
    readonly without_data?: boolean | undefined
    readonly signal?: AbortSignal | undefined
  } = {},
): Promise<OperationsClient> => {
  using progress = new Progress(command, clock, stderr)
  const deadline = clock.monotonic() + MAX_WAIT_MS
  for (;;) {
    const owner = await connect()
    if (owner !== undefined) return owner
    try {
      return await open({ shared, without_data })
    } catch (thrown) {
      if (asDenidinError(thrown).code !== 'already_running' || clock.monotonic() >= deadline) throw thrown
    }
    progress.say('waiting for another denidin command, or for the bot to start or stop …')
    await clock.sleep(RETRY_MS, signal)
  }
}
