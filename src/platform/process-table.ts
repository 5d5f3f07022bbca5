/** Lists the processes of this machine from Linux's `/proc`. On other systems the list is empty. */
import { readdir, readFile } from 'node:fs/promises'

/** A process at the time of listing. */
export interface ProcessInfo {
  readonly pid: number
  readonly parent_pid: number
  /** Id of its process group, which is the process id of the group's leader. */
  readonly group: number
  /** Empty while the process is exiting. */
  readonly args: readonly string[]
  /**
   * When it started, in clock ticks since the machine booted. Unique together with the process id, which may be reused.
   */
  readonly began: string
}

const BEGAN_FIELD = 19

const KIB = 1024

/** All visible processes; those that exit meanwhile are left out. */
export const listProcesses = async (): Promise<readonly ProcessInfo[]> => {
  const names = await readdir('/proc').catch(() => [])
  const found = await Promise.all(names.filter(name => /^\d+$/.test(name)).map(name => readProcess(Number(name))))
  return found.filter(each => each !== undefined)
}

const readProcess = async (pid: number): Promise<ProcessInfo | undefined> => {
  try {
    const [command, stat] = await Promise.all([read(pid, 'cmdline'), read(pid, 'stat')])
    // The name in brackets may itself contain brackets and spaces. After it come: state, parent, group, …
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, parent, group] = fields
    if (state === 'Z') return undefined
    const began = fields[BEGAN_FIELD] ?? ''
    return { pid, parent_pid: Number(parent), group: Number(group), args: command.split('\0'), began }
  } catch {
    return undefined
  }
}

const read = (pid: number, file: string): Promise<string> => readFile(`/proc/${String(pid)}/${file}`, 'utf8')

/** `root` and its descendants. */
export const treeOf = (root: number, all: readonly ProcessInfo[]): readonly ProcessInfo[] => {
  const pids = new Set([root])
  for (let before = 0; before !== pids.size;) {
    before = pids.size
    for (const each of all) if (pids.has(each.parent_pid)) pids.add(each.pid)
  }
  return all.filter(each => pids.has(each.pid))
}

/**
 * Memory of these processes together, in bytes: shared pages count in proportion (PSS), or resident memory (RSS) if the
 * kernel does not report PSS. 0 for processes that are gone.
 */
export const memoryOf = async (pids: readonly number[]): Promise<number> => {
  const each = await Promise.all(pids.map(memoryOfOne))
  return each.reduce((sum, bytes) => sum + bytes, 0)
}

const memoryOfOne = async (pid: number): Promise<number> => {
  const shared = await read(pid, 'smaps_rollup').catch(() => '')
  const resident = shared === '' ? await read(pid, 'status').catch(() => '') : ''
  const found = /^Pss:\s+(\d+) kB/m.exec(shared) ?? /^VmRSS:\s+(\d+) kB/m.exec(resident)
  return Number(found?.[1] ?? 0) * KIB
}
