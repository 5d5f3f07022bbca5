/** Finds, measures and ends the browsers of one login; a process without our marker is never touched. */
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { SECOND_MS, type Clock } from '../../../platform/clock.ts'
import type { Logger } from '../../../platform/logger.ts'
import { listProcesses, memoryOf, treeOf, type ProcessInfo } from '../../../platform/process-table.ts'

const MARK = '--denidin-login='
const MARK_DIGITS = 32
/** Grace periods: for exiting after SIGTERM, and for being gone after SIGKILL. */
const TERM_MS = 2 * SECOND_MS
const KILL_MS = 5 * SECOND_MS
const CHECK_EVERY_MS = 20

/**
 * The argument that marks a browser of this login, so that a later run can recognise it. Browsers ignore arguments that
 * they do not know.
 * @param login_dir absolute path of the folder that contains the login
 */
export const markOf = (login_dir: string): string =>
  `${MARK}${createHash('sha256').update(login_dir).digest('hex').slice(0, MARK_DIGITS)}`

/** Process ids of the browsers with this marker. */
export const markedBrowsers = async (mark: string): Promise<readonly number[]> =>
  marked(mark, await listProcesses()).map(each => each.pid)

/** Memory of the browsers with this marker and of all their processes, in bytes. */
export const memoryOfBrowsers = async (mark: string): Promise<number> => {
  const all = await listProcesses()
  const trees = marked(mark, all).flatMap(each => treeOf(each.pid, all))
  return await memoryOf([...new Set(trees.map(each => each.pid))])
}

/**
 * Ends every browser with this marker, with all its processes, and resolves with how many there were. `gently` first
 * asks them to exit, so that the profile is written, and kills those that do not.
 */
export const endBrowsers = async (mark: string, how: 'gently' | 'at once', deps: EndDeps): Promise<number> => {
  const all = await listProcesses()
  const roots = marked(mark, all)
  if (roots.length === 0) return 0
  const trees = roots.flatMap(each => treeOf(each.pid, all))
  if (how === 'gently') {
    for (const { pid } of roots) {
      signal(pid, 'SIGTERM')
      // A suspended process gets the signal only when it continues.
      signal(pid, 'SIGCONT')
    }
    if (await gone(trees, TERM_MS, deps.clock)) return roots.length
  }
  for (const { pid, group } of roots) {
    // It leads its own process group: this ends its children too.
    if (group === pid) signal(-pid, 'SIGKILL')
  }
  for (const { pid } of trees) signal(pid, 'SIGKILL')
  if (!(await gone(trees, KILL_MS, deps.clock))) deps.logger.error('A browser cannot be killed', { mark })
  return roots.length
}

/** Kills a browser that we started, with its process group, unless it has exited already. */
export const killChild = (browser: ChildProcess | null | undefined): void => {
  if (browser?.pid === undefined || browser.exitCode !== null || browser.signalCode !== null) return
  signal(-browser.pid, 'SIGKILL')
  signal(browser.pid, 'SIGKILL')
}

interface EndDeps {
  readonly clock: Clock
  readonly logger: Logger
}

/** The browsers themselves: a process that a browser is just starting still has the browser's arguments. */
const marked = (mark: string, all: readonly ProcessInfo[]): readonly ProcessInfo[] => {
  const found = all.filter(each => each.args.includes(mark))
  return found.filter(each => !found.some(parent => parent.pid === each.parent_pid))
}

/** Whether all of them are gone in time. */
const gone = async (processes: readonly ProcessInfo[], milliseconds: number, clock: Clock): Promise<boolean> => {
  const names = new Set(processes.map(nameOf))
  const end = clock.monotonic() + milliseconds
  for (;;) {
    if (!(await listProcesses()).some(each => names.has(nameOf(each)))) return true
    if (clock.monotonic() >= end) return false
    await clock.sleep(CHECK_EVERY_MS)
  }
}

const nameOf = ({ pid, began }: ProcessInfo): string => `${String(pid)} ${began}`

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It exited by itself.
  }
}
