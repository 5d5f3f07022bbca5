import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A process as a test sees it, by its own eyes and not by those of DeniDin. */
export interface Seen {
  readonly pid: number
  readonly parent_pid: number
  /** One letter, as in `ps`: `Z` is one that ended and that its parent has not asked after. */
  readonly state: string
  readonly args: readonly string[]
}

/** All processes of this machine. */
export const allProcesses = async (): Promise<readonly Seen[]> => {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const seen = await Promise.all(
    pids.map(async (pid): Promise<Seen | undefined> => {
      try {
        const [command, stat] = await Promise.all([
          readFile(join('/proc', pid, 'cmdline'), 'utf8'),
          readFile(join('/proc', pid, 'stat'), 'utf8'),
        ])
        const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return { pid: Number(pid), parent_pid: Number(parent), state, args: command.split('\0') }
      } catch {
        return undefined
      }
    }),
  )
  return seen.filter(each => each !== undefined)
}

/** Living processes with an argument that holds `text`. */
export const processesOf = async (text: string): Promise<readonly Seen[]> =>
  (await allProcesses()).filter(({ args, state }) => state !== 'Z' && args.some(arg => arg.includes(text)))

/** Children of a process that ended and that it has not asked after. */
export const zombiesOf = async (parent_pid: number): Promise<readonly Seen[]> =>
  (await allProcesses()).filter(each => each.state === 'Z' && each.parent_pid === parent_pid)
