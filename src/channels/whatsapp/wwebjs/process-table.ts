/** What Linux tells of its processes in `/proc`. Elsewhere nothing is found, and nothing is done. */
import { readdir, readFile } from 'node:fs/promises'

/** A process of this machine at the moment of asking. */
export interface ProcessInfo {
  readonly pid: number
  readonly parent_pid: number
  /** Id of its process group: that of the process that leads it. */
  readonly group: number
  /** Empty for one that is just ending. */
  readonly args: readonly string[]
  /** When it began, in ticks since the machine did: with the process id its name for ever, as ids are given anew. */
  readonly began: string
}

const BEGAN_FIELD = 19

const KIB = 1024

/** All processes that can be seen; one that ends meanwhile is left out. */
export const listProcesses = async (): Promise<readonly ProcessInfo[]> => {
  const names = await readdir('/proc').catch(() => [])
  const found = await Promise.all(names.filter(name => /^\d+$/.test(name)).map(name => readProcess(Number(name))))
  return found.filter(each => each !== undefined)
}

const readProcess = async (pid: number): Promise<ProcessInfo | undefined> => {
  try {
    const [command, stat] = await Promise.all([read(pid, 'cmdline'), read(pid, 'stat')])
    // The name in brackets may itself hold brackets and blanks; what follows it is: state, parent, group, …
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

/** Those of `all` that are `root` or descend from it. */
export const treeOf = (root: number, all: readonly ProcessInfo[]): readonly ProcessInfo[] => {
  const pids = new Set([root])
  for (let before = 0; before !== pids.size;) {
    before = pids.size
    for (const each of all) if (pids.has(each.parent_pid)) pids.add(each.pid)
  }
  return all.filter(each => pids.has(each.pid))
}

/**
 * Memory of processes together, in bytes: each page once, shared ones in proportion (PSS); where the kernel does not
 * tell that, what is resident (RSS). 0 for processes that are gone.
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
