/** A folder of DeniDin of its own, with the project's scripts and code, for what tests change in such a folder. */
import { spawn, spawnSync, type ChildProcess, type SpawnSyncReturns } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isAlive, PROJECT } from './script-run.ts'

/** What cron and a bare shell give: no Node but that of the packages. */
const BARE = { PATH: '/usr/bin:/bin', HOME: tmpdir() }

const COPIED = ['run_denidin.sh', 'stop_denidin.sh', 'package.json', 'package-lock.json', 'bin', 'scripts']

/** The configuration of a bot without WhatsApp and with the offline model. */
const OFFLINE = {
  feature_flags: { enable_memory_system: true },
  ai: { provider: 'offline' },
  embeddings: { provider: 'offline' },
  whatsapp: { enabled: false },
}

/**
 * The first of a series of folders that is not in use. Node keeps compiled code by its path: in a folder that had an
 * installation before, a program starts in half the time, and leaves nothing new in the cache.
 */
const freeFolder = (): string => {
  for (let number = 1; ; number++) {
    const folder = join(tmpdir(), `denidin installation ${String(number)}`)
    try {
      mkdirSync(folder, { mode: 0o700 })
      return folder
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Disposing of it ends every bot that runs from it. */
export class Installation implements Disposable {
  readonly folder = freeFolder()
  readonly #children: ChildProcess[] = []

  constructor() {
    for (const name of COPIED) cpSync(join(PROJECT, name), this.path(name), { recursive: true })
  }

  /** One with the project's packages and code, configured by `config/config.json`. */
  static whole(settings: object = {}): Installation {
    const made = new Installation()
    cpSync(join(PROJECT, 'src'), made.path('src'), { recursive: true })
    symlinkSync(join(PROJECT, 'node_modules'), made.path('node_modules'))
    made.configure(settings)
    return made
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names)
  }

  configure(settings: object, file = 'config/config.json'): void {
    this.write(file, JSON.stringify({ ...OFFLINE, ...settings }))
  }

  write(file: string, content: string): void {
    mkdirSync(dirname(this.path(file)), { recursive: true })
    writeFileSync(this.path(file), content, { mode: 0o600 })
  }

  /** Runs a script of this folder to its end, from another folder, with nothing but `environment` besides a bare PATH. */
  run(
    script: string,
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): SpawnSyncReturns<string> {
    return spawnSync(this.path(script), args, { cwd: '/', env: { ...BARE, ...environment }, encoding: 'utf8' })
  }

  /** Runs a script as another user, who can look into the folder. */
  runAs(uid: number, script: string): SpawnSyncReturns<string> {
    chmodSync(this.folder, 0o755)
    return spawnSync(this.path(script), [], { cwd: '/', env: BARE, uid, encoding: 'utf8' })
  }

  /** Process ids of the bots that run from this folder. */
  bots(...options: readonly string[]): readonly number[] {
    return this.run('scripts/running-bots.sh', options)
      .stdout.split('\n')
      .filter(line => line !== '')
      .map(line => Number(line.split('\t')[0]))
  }

  /**
   * Starts a process that looks like a bot of this folder; resolves with its id once it is up.
   * @param atSigterm code that it runs when it is asked to stop.
   */
  async startStandIn(
    atSigterm = 'process.exit(0)',
    environment: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    this.write(
      'src/main.ts',
      `process.on('SIGTERM', () => {${atSigterm}}); setInterval(() => {}, 1e6); console.log('up')`,
    )
    return await this.startProcess(process.execPath, [this.path('src/main.ts')], environment)
  }

  /** Starts any process that is ended with the folder; resolves with its id once it has printed something. */
  async startProcess(
    program: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    const child = spawn(program, args, {
      cwd: '/',
      env: { ...BARE, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#children.push(child)
    await once(child.stdout, 'data')
    return child.pid ?? 0
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill('SIGKILL')
    for (const pid of this.bots()) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The pid that the owner of a data folder has left there. */
export const pidIn = (data_root: string): number => Number(readFileSync(join(data_root, 'run/denidin.pid'), 'utf8'))
