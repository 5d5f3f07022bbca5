// Runs a benchmark in a checkout as a process of its own, and reads the JSON that it prints.
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ComparisonError, type Bench } from './comparison.ts'

export interface RunOptions {
  readonly cwd: string
  readonly signal: AbortSignal
}

/**
 * Runs a command until it ends, and resolves with what it printed on stdout; stderr is passed on. It runs in a process
 * group of its own, and an abort ends the whole group.
 * @throws ComparisonError when the command fails.
 */
export const runToEnd = async (
  command: string,
  args: readonly string[],
  { cwd, signal }: RunOptions,
): Promise<string> => {
  signal.throwIfAborted()
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const end = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
  }
  signal.addEventListener('abort', end)
  try {
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve)
    })
    signal.throwIfAborted()
    if (code === 0) return printed
    throw new ComparisonError(`"${[command, ...args].join(' ')}" failed in ${cwd} with exit code ${String(code)}.`)
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/**
 * Runs `bench:<name>` of the package in `cwd` and resolves with its report.
 * @throws ComparisonError when it fails or prints no JSON.
 */
export const runBench = async (bench: Bench, args: readonly string[], options: RunOptions): Promise<unknown> => {
  const printed = await runToEnd('npm', ['run', '--silent', `bench:${bench}`, '--', ...args], options)
  try {
    return JSON.parse(printed)
  } catch {
    throw new ComparisonError(`bench:${bench} in ${options.cwd} printed no JSON.`)
  }
}

/** Whether the package in `folder` has a benchmark. */
export const hasBench = async (folder: string, bench: Bench): Promise<boolean> => {
  const { scripts = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>
  }
  return `bench:${bench}` in scripts
}
