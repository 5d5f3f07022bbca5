/**
 * Runs work on a database file that takes seconds, and that SQLite cannot do in steps, in a process of its own: the
 * thread goes on meanwhile, and the process can be killed at any time.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { errorFromRecord, type ErrorRecord } from '../../platform/error-record.ts'
import { DenidinError } from '../../platform/errors.ts'

/** The process runs the same kind of file as this one: TypeScript here, JavaScript when built. */
const MAIN = fileURLToPath(new URL(import.meta.url.replace(/database-process(\.[jt]s)$/, 'database-process-main$1')))

/** What the process is told, as JSON: it checks the file at `path`, or copies it. */
export interface DatabaseWork {
  readonly path: string
  readonly copy?: {
    /** Where the copy goes; nothing may be there. */
    readonly to: string
    /** Statements that the copy goes through. */
    readonly then: readonly string[]
  }
}

/**
 * Reads every page of a file that this process has open.
 * @throws DenidinError `damaged` if a page is unreadable or invalid; the reason of `signal`
 */
export const checkInProcess = async (path: string, signal: AbortSignal): Promise<void> => {
  await run({ path }, signal)
}

/**
 * Copies a file that this process has open, as it is at one moment. After an error or an abort, what there is of the
 * copy has to be removed.
 * @throws DenidinError `unavailable` if the disk is full; the reason of `signal`
 */
export const copyInProcess = async (
  path: string,
  copy: NonNullable<DatabaseWork['copy']>,
  signal: AbortSignal,
): Promise<void> => {
  await run({ path, copy }, signal)
}

const run = async (work: DatabaseWork, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted()
  const child = spawn(process.execPath, [MAIN, JSON.stringify(work)], { stdio: ['ignore', 'pipe', 'ignore'] })
  const kill = (): void => {
    child.kill('SIGKILL')
  }
  signal.addEventListener('abort', kill)
  try {
    const { printed, code } = await new Promise<{ readonly printed: string; readonly code: number | null }>(
      (resolve, reject) => {
        let printed = ''
        child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
        child.on('error', reject)
        child.on('close', code => {
          resolve({ printed, code })
        })
      },
    )
    if (code === 0) return
    signal.throwIfAborted()
    throw errorOf(printed, work)
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

const errorOf = (printed: string, { path }: DatabaseWork): DenidinError => {
  try {
    return errorFromRecord(JSON.parse(printed) as ErrorRecord)
  } catch {
    return new DenidinError('unavailable', `the process that works on ${path} ended early; try again`)
  }
}
