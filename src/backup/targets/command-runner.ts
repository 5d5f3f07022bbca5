/** Runs a command of the operator, such as rclone or restic: without a shell, with a time limit. */
import { spawn } from 'node:child_process'
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { withDeadline, withinTime } from '../../platform/deadline.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { ListedCommand } from '../../platform/backup-targets.ts'

/** Characters of the error output that messages show: its end says why a program failed. */
const MOST_SHOWN = 500
/** Time between the request to end and the end by force. */
const GRACE_MS = 5_000
/** Variables that every program gets. */
const INHERITED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_CACHE_HOME',
]
const INHERITED_PROXIES = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
]

export type Placeholders = Readonly<Record<string, string>>

/** An argument with its placeholders replaced; what looks like another placeholder stays. */
const filled = (argument: string, values: Placeholders): string =>
  argument.replace(/\{([a-z_]+)\}/g, (whole, name: string) => values[name] ?? whole)

export interface CommandDeps {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** The environment of this process. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Runs a command to its end.
 * @throws DenidinError `unavailable` if the program is missing, fails or takes too long, with the end of its error output;
 *   the reason of the signal
 */
export const runCommand = async (
  { name, env, timeout_minutes }: Pick<ListedCommand, 'name' | 'env' | 'timeout_minutes'>,
  argv: readonly string[],
  values: Placeholders,
  { clock, signal, environment }: CommandDeps,
): Promise<void> => {
  const [program = '', ...args] = argv.map(argument => filled(argument, values))
  const inherited = [...INHERITED, ...INHERITED_PROXIES].flatMap(key => {
    const value = environment[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  const child = spawn(program, args, {
    // A group of its own, so that what the program starts ends with it.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...Object.fromEntries(inherited), ...env },
  })
  let tail = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-MOST_SHOWN)
  })
  const ended = new Promise<string | undefined>(resolve => {
    child.on('error', error => {
      resolve(`${program} cannot be started (${error.message})`)
    })
    child.on('close', (code, killed_by) => {
      resolve(
        code === 0
          ? undefined
          : `${program} ended with ${code === null ? String(killed_by) : `exit code ${String(code)}`}`,
      )
    })
  })
  try {
    const what = `the command ${program} of the target ${name}`
    const reason = await withDeadline(clock, timeout_minutes * MINUTE_MS, what, () => ended, signal)
    if (reason === undefined) return
    const said = tail.trim() === '' ? '' : `: ${tail.trim()}`
    throw new DenidinError('unavailable', `${reason}${said}`, { retryable: true })
  } finally {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      await endGroup(child.pid, ended, clock)
    }
  }
}

/** Ends a program and everything that it started. */
const endGroup = async (pid: number, ended: Promise<unknown>, clock: Clock): Promise<void> => {
  signalGroup(pid, 'SIGTERM')
  await withinTime(clock, GRACE_MS, ended)
  signalGroup(pid, 'SIGKILL')
  await ended
}

const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended.
  }
}
