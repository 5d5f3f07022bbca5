/** Runs the real `denidin` command and kills it (kill -9) at one of its statements or steps on files. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PROJECT, type ScriptHome } from '../script-run.ts'

/** As an address: a path with a space would be two options. */
const option = (file: string): string => `--import=${pathToFileURL(join(PROJECT, 'tests/support', file)).href}`
const PRELOADS = [option('archive/die-at-statement.mjs'), option('backup/die-at-file-step.mjs')].join(' ')

export interface CommandLife {
  readonly killed: boolean
  /** Most statements, or steps on files, of one of its threads; 0 if it was killed. */
  readonly steps: number
  /** What the command reported; `undefined` if it was killed. */
  readonly output: Readonly<Record<string, unknown>> | undefined
}

/**
 * Runs a command to its end, or to its death at the step `die_at` of one of its threads.
 * @throws Error if it fails by itself
 */
export const liveCommand = async (home: ScriptHome, args: readonly string[], die_at?: number): Promise<CommandLife> => {
  const environment = {
    NODE_OPTIONS: `${PRELOADS} --disable-warning=ExperimentalWarning`,
    ...(die_at === undefined ? {} : { DIE_AT: String(die_at) }),
  }
  const { child, ended } = home.start('denidin', [...args, '--json'], environment)
  child.stdin?.end()
  const { code, stdout, stderr } = await ended
  if (child.signalCode === 'SIGKILL') return { killed: true, steps: 0, output: undefined }
  if (code !== 0) throw new Error(`denidin ${args.join(' ')} ended with ${String(code)}: ${stdout}${stderr}`)
  const counts = [...stdout.matchAll(/^(?:steps|statements) (\d+)$/gm)].map(([, count]) => Number(count))
  const output = JSON.parse(stdout.replace(/^(?:steps|statements) \d+$/gm, '')) as Readonly<Record<string, unknown>>
  return { killed: false, steps: Math.max(...counts), output }
}
