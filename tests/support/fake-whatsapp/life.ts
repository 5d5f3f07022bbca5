/** The real bot's process in the home of a test. */
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { runFolder } from '../../../src/app/run-paths.ts'
import type { OperationsClient } from '../../../src/operations/client.ts'
import { connectToOwner } from '../../../src/operations/socket/socket-client.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { PROJECT, type ScriptHome } from '../script-run.ts'

/** A QR code as it is printed. */
const QUARTER_BLOCKS = /[▄▀█]{10}/

/** One process of the bot, from its start to its end. */
export interface Life {
  readonly child: ChildProcess
  readonly pid: number
  /** Resolves with the milliseconds from the start to `DeniDin is up`; `undefined` when the process ended before. */
  readonly up: Promise<number | undefined>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** Resolves when a code to scan was printed. */
  shows(what: 'code'): Promise<void>
  /** Resolves with everything printed so far as soon as it matches; rejects when the process ends before. */
  prints(pattern: RegExp): Promise<string>
  /** Ends it and waits until it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

/** Starts `bin/denidin-bot`; `environment` is laid over one that holds next to nothing. */
export const startLife = (
  home: Pick<ScriptHome, 'folder' | 'config'>,
  environment: Readonly<Record<string, string>> = {},
): Life => {
  const began = systemClock.now()
  const child = spawn(join(PROJECT, 'bin/denidin-bot'), {
    cwd: '/',
    env: { PATH: process.env['PATH'], HOME: home.folder, DENIDIN_CONFIG: home.config, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const looks = new Set<() => void>()
  const hear = (text: string): void => {
    printed += text
    for (const look of looks) look()
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(resolve => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal })
    })
  })
  const prints = async (pattern: RegExp): Promise<string> => {
    const found = new Promise<string>(resolve => {
      const look = (): void => {
        if (!pattern.test(printed)) return
        looks.delete(look)
        resolve(printed)
      }
      looks.add(look)
      look()
    })
    const gone = ended.then(() => {
      throw new Error(`the bot ended without printing ${String(pattern)}: ${printed}`)
    })
    gone.catch(() => undefined)
    return await Promise.race([found, gone])
  }
  return {
    child,
    pid: child.pid ?? 0,
    up: prints(/DeniDin is up/).then(
      () => systemClock.now() - began,
      () => undefined,
    ),
    ended,
    prints,
    shows: async () => {
      await prints(QUARTER_BLOCKS)
    },
    end: async signal => {
      child.kill(signal)
      return await ended
    },
  }
}

/** Asks the running bot, as the `denidin` command does. */
export const clientOf = async (home: Pick<ScriptHome, 'data'>): Promise<OperationsClient> => {
  const client = await connectToOwner(runFolder(home.data).socket)
  if (client === undefined) throw new Error('the bot does not listen')
  return client
}
