import { readFile } from 'node:fs/promises'
import { SECOND_MS, type Clock } from '../../../platform/clock.ts'
import { DenidinError } from '../../../platform/errors.ts'
import { Progress } from '../progress.ts'
import { write, type Output } from '../terminal.ts'

/** A stop finishes the turns under way; longer than this it takes only when something is stuck. */
const STOP_DEADLINE_MS = 60 * SECOND_MS
/** After the data is free, the process itself needs a moment to end. */
const EXIT_GRACE_MS = 5 * SECOND_MS
const LOOK_INTERVAL_MS = 100

/** The bot that is to stop. */
export interface StopTarget {
  /** `<data_root>/run/denidin.pid`, written by the bot. */
  readonly pid_file: string
  /** Whether some process owns the data folder. A pid file alone proves nothing: its number may be another's by now. */
  isOwned(): Promise<boolean>
}

/** Sends a signal to a process, 0 to look whether it is there; throws when it is not. `process.kill`. */
export type Kill = (pid: number, signal: 'SIGTERM' | 0) => void

export interface StopDeps {
  readonly target: StopTarget
  readonly kill: Kill
  readonly clock: Clock
  readonly stderr: Output
}

/** What a stop found and did. */
export type StopOutcome = { readonly was_running: false } | { readonly was_running: true; readonly pid: number }

/**
 * Asks the running bot to stop and waits until it has: turns under way are finished first.
 * @throws DenidinError `timeout` when it has not stopped within 60 s; `not_running` when the data is in use by a process
 *   that left no pid, such as another `denidin` command.
 */
export const stopBot = async ({ target, kill, clock, stderr }: StopDeps): Promise<StopOutcome> => {
  if (!(await target.isOwned())) return { was_running: false }
  const pid = await readPid(target.pid_file)
  if (pid === undefined || !isAlive(kill, pid)) {
    throw new DenidinError(
      'not_running',
      'the bot is not running, but another denidin command is using the data just now',
    )
  }
  kill(pid, 'SIGTERM')
  using _progress = new Progress('stop', clock, stderr)
  const began = clock.now()
  while (await target.isOwned()) {
    if (clock.now() - began >= STOP_DEADLINE_MS) {
      throw new DenidinError(
        'timeout',
        `DeniDin (process ${String(pid)}) has not stopped within 60 s; look into its log`,
      )
    }
    await clock.sleep(LOOK_INTERVAL_MS)
  }
  const freed = clock.now()
  while (isAlive(kill, pid) && clock.now() - freed < EXIT_GRACE_MS) await clock.sleep(LOOK_INTERVAL_MS)
  return { was_running: true, pid }
}

/** Says what a stop did. */
export const sayStopped = (outcome: StopOutcome, stdout: Output, json: boolean): Promise<void> => {
  if (json) return write(stdout, `${JSON.stringify(outcome)}\n`)
  return write(
    stdout,
    outcome.was_running ? `DeniDin (process ${String(outcome.pid)}) has stopped.\n` : 'DeniDin is not running.\n',
  )
}

const readPid = async (path: string): Promise<number | undefined> => {
  const text = await readFile(path, 'utf8').catch(() => '')
  return /^\d+$/.test(text.trim()) ? Number(text.trim()) : undefined
}

const isAlive = (kill: Kill, pid: number): boolean => {
  try {
    kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process is alive, though we may not signal it.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
