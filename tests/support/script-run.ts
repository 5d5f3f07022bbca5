/** Runs the project's scripts as a person at a shell does, each test with a data folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** Folder of the project. */
export const PROJECT = join(import.meta.dirname, '../..')

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A script under way. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Run>
  /** Resolves with everything printed on stdout so far, once that matches; rejects when the script ends before. */
  prints(pattern: RegExp): Promise<string>
}

/**
 * A home for one DeniDin: configuration, data and log in a temporary folder whose name holds a space, beside symlinks
 * to the scripts. Disposing of it ends what was started in it.
 */
export class ScriptHome implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'denidin home '))
  readonly data = join(this.folder, 'data')
  readonly logs = join(this.folder, 'logs')
  readonly config = join(this.folder, 'config.json')

  /** @param settings laid over those of a DeniDin without WhatsApp and with the offline model. */
  constructor(settings: object = {}) {
    this.configure(settings)
    for (const script of ['run_denidin.sh', 'stop_denidin.sh']) symlinkSync(join(PROJECT, script), this.path(script))
    symlinkSync(join(PROJECT, 'bin/denidin'), this.path('denidin'))
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  configure(settings: object): void {
    const offline = { provider: 'offline' }
    const whole = {
      feature_flags: { enable_memory_system: true },
      data_root: this.data,
      logs_dir: this.logs,
      ai: offline,
      embeddings: offline,
      whatsapp: { enabled: false },
      ...settings,
    }
    writeFileSync(this.config, JSON.stringify(whole), { mode: 0o600 })
  }

  /** Starts a script of this home, from another folder, with an environment that holds nothing but `environment`. */
  start(script: string, args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(this.path(script), args, {
      cwd: '/',
      env: { PATH: process.env['PATH'], HOME: homedir(), DENIDIN_CONFIG: this.config, ...environment },
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    const ended = new Promise<Run>((resolve, reject) => {
      child.on('error', reject).on('close', code => {
        resolve({ code, ...output })
      })
    })
    const prints = (pattern: RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(output.stdout)) resolve(output.stdout)
        }
        child.stdout.on('data', look)
        ended.then(run => {
          if (!pattern.test(run.stdout))
            reject(new Error(`it ended without printing ${String(pattern)}: ${run.stderr}`))
        }, reject)
        look()
      })
    return { child, ended, prints }
  }

  /** Runs a script to its end; `input` is what comes through the pipe. */
  async run(
    script: string,
    args: readonly string[] = [],
    options: { readonly input?: string; readonly environment?: Readonly<Record<string, string>> } = {},
  ): Promise<Run> {
    const { child, ended } = this.start(script, args, options.environment)
    // A script that refuses its arguments may have ended before it reads.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(options.input ?? '')
    return ended
  }

  /** Like `run`, for what must succeed: fails with everything that was printed when it does not. */
  async done(
    script: string,
    args: readonly string[] = [],
    options: { readonly input?: string; readonly environment?: Readonly<Record<string, string>> } = {},
  ): Promise<Run> {
    const run = await this.run(script, args, options)
    if (run.code === 0) return run
    throw new Error(`${script} ${args.join(' ')} ended with ${String(run.code)}:\n${run.stdout}${run.stderr}`)
  }

  /** Process id that a running DeniDin has written down, if any. */
  pid(): number | undefined {
    try {
      return Number(readFileSync(join(this.data, 'run/denidin.pid'), 'utf8'))
    } catch {
      return undefined
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pid = this.pid()
    if (pid !== undefined && isAlive(pid)) {
      const stopped = await this.run('stop_denidin.sh')
      if (stopped.code !== 0 && isAlive(pid)) process.kill(pid, 'SIGKILL')
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Whether a process runs: a zombie without further threads has ended, though the system still lists it. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch {
    return false
  }
}

const isZombie = (pid: number): boolean => {
  if (!existsSync('/proc/self/stat')) return false
  // After the name of the program: the state is the first field, the number of threads the eighteenth.
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return fields[0] === 'Z' && Number(fields[17]) <= 1
}
