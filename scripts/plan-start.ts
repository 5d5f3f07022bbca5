// Tells run_denidin.sh what it must know before a start: prints the folder of the log, then `browser` or `no-browser`.
// Exit code 1, with the reason on stderr, if the settings are wrong or a bot is already running.
// Usage: node scripts/plan-start.ts
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fromRoot, readSettings } from '../src/app/bootstrap.ts'
import { runFolder } from '../src/app/run-paths.ts'
import { loadSettings } from '../src/config/load-settings.ts'
import type { Settings } from '../src/config/settings.ts'
import { isOwned } from '../src/database/sqlite/owner-lock.ts'
import { DenidinError } from '../src/platform/errors.ts'

/** A bot that runs from this folder. */
interface RunningBot {
  readonly pid: string
  /** The file that DENIDIN_CONFIG named when the bot was started, if any. */
  readonly config: string | undefined
}

const runningBots = (...options: readonly string[]): readonly RunningBot[] =>
  execFileSync(fromRoot('scripts/running-bots.sh'), options, { encoding: 'utf8' })
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [pid = '', , config] = line.split('\t')
      return { pid, config: config === '-' ? undefined : config }
    })

/**
 * The pid in the data folder of the bot that owns it. A `denidin` command may also own the folder, without writing a pid;
 * an old file may contain the number of another program, or anything else.
 */
const pidIn = (data_root: string): string | undefined => {
  try {
    const pid = readFileSync(runFolder(data_root).pid, 'utf8').trim()
    return /^\d+$/.test(pid) && isBot(pid) ? pid : undefined
  } catch {
    return undefined
  }
}

const isBot = (pid: string): boolean => /\/main\.[jt]s(\s|$)/.test(commandOf(pid))

/** The command line of a process. @throws if the process does not exist */
const commandOf = (pid: string): string =>
  existsSync('/proc/self/cmdline')
    ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    : execFileSync('ps', ['-ww', '-o', 'command=', '-p', pid], { encoding: 'utf8' })

const refuse = (reason: string): never => {
  throw new DenidinError('already_running', reason)
}

const refuseSecondBot = (settings: Settings): void => {
  const { data_root, logs_dir } = settings
  const isHeld = isOwned(runFolder(data_root).lock)
  const owner = isHeld ? pidIn(data_root) : undefined
  const [mine] = runningBots('--mine')
  // A pid file may have been lost or replaced, so the lock decides.
  if (mine !== undefined && isHeld && (owner ?? mine.pid) === mine.pid) {
    refuse(`DeniDin is already running (pid ${mine.pid}).`)
  }
  if (mine !== undefined) {
    refuse(
      `DeniDin is already running (pid ${mine.pid}), with the settings from before a change: ` +
        'stop it with ./stop_denidin.sh, then start again.',
    )
  }
  const others = runningBots()
  const blocking = others.find(other => other.pid === owner || sharesLog(other, logs_dir))
  if (blocking !== undefined) {
    refuse(
      `DeniDin is already running (pid ${blocking.pid}), ${startedWith(blocking)}; ` +
        'a second bot needs a data_root and a logs_dir of its own.',
    )
  }
  if (!isHeld) return
  if (owner === undefined) {
    refuse('A denidin command is using the data just now; start again when it is done.')
  }
  refuse(`DeniDin is already running (pid ${owner}) on ${data_root}, started from another folder: stop it there.`)
}

/**
 * Whether another bot writes to the same log, which happens after DENIDIN_CONFIG was changed: it is the bot from before
 * the change. If its configuration can no longer be read, it counts as the same bot.
 */
const sharesLog = ({ config }: RunningBot, logs_dir: string): boolean => {
  try {
    const { settings } = loadSettings({
      environment: {},
      cwd: fromRoot(),
      ...(config === undefined ? {} : { file: config }),
    })
    return settings.logs_dir === logs_dir
  } catch {
    return true
  }
}

const startedWith = ({ config }: RunningBot): string =>
  config === undefined
    ? 'started without DENIDIN_CONFIG (./stop_denidin.sh stops it)'
    : `started with another configuration (DENIDIN_CONFIG='${config}' ./stop_denidin.sh stops it)`

// Checking the lock creates it if it is missing; like all files of DeniDin, only its owner can read it.
process.umask(0o077)
try {
  const { settings } = readSettings()
  refuseSecondBot(settings)
  const { enabled, browser_path } = settings.whatsapp
  console.log(settings.logs_dir)
  console.log(enabled && browser_path === undefined ? 'browser' : 'no-browser')
} catch (error) {
  if (!(error instanceof DenidinError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
