/** A Chroma server that DeniDin starts, monitors, repairs and stops. */
import { readdir } from 'node:fs/promises'
import { ChromaClient } from 'chromadb'
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import { remove, setAside } from '../../platform/files.ts'
import type { Health } from '../../platform/health.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import { removeOrphanSegments } from '../sqlite/orphan-segments.ts'
import { hasQueuedVectors } from '../sqlite/queued-vectors.ts'
import { scrubChromaFolder } from '../sqlite/scrub-chroma-folder.ts'
import { ChromaProcess, ChromaStartError, type ChromaProcessDeps } from './chroma-process.ts'
import type { ChromaConnection, ChromaServer } from './chroma-server.ts'

const BACKOFF: Backoff = { first_ms: 200, most_ms: 60_000 }
/** A server that ran this long before it died is restarted without back-off. */
const STABLE_AFTER_MS = 60_000
const SIGN_OF_LIFE_MS = 2000
/** After this many failed starts on the same data, the data is suspected. */
const STARTS_BEFORE_DOUBT = 2

export interface ManagedChromaDeps {
  /** Where the server keeps its data. */
  readonly folder: string
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  /** The script that runs the server, if it is not our own. */
  readonly program?: string
}

type State =
  | { readonly is: 'idle' }
  | { readonly is: 'starting'; readonly started: Promise<ChromaConnection> }
  | {
      readonly is: 'running'
      readonly connection: ChromaConnection
      readonly process: ChromaProcess
      readonly since: number
    }
  | { readonly is: 'waiting'; readonly why: string; readonly timer: Disposable }
  | { readonly is: 'stopped' }

/** Our own Chroma server: started on first use, restarted when it dies, stopped with DeniDin. */
export const createManagedChromaServer = (deps: ManagedChromaDeps): ChromaServer => new ManagedChromaServer(deps)

class ManagedChromaServer implements ChromaServer {
  readonly exclusive = true
  readonly #deps: ManagedChromaDeps
  readonly #logger: Logger
  readonly #process: ChromaProcessDeps
  readonly #listeners: (() => void)[] = []
  #state: State = { is: 'idle' }
  #failures = 0
  #runs = 0
  #repairs: 'none' | 'started_again' | 'set_aside' = 'none'

  constructor(deps: ManagedChromaDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('chroma')
    this.#process = { ...deps, logger: this.#logger }
  }

  async connect(): Promise<ChromaConnection> {
    const state = this.#state
    switch (state.is) {
      case 'idle':
        return await this.#start()
      case 'starting':
        return await state.started
      case 'running':
        return state.connection
      case 'waiting':
        throw new DenidinError('unavailable', state.why, { retryable: true })
      case 'stopped':
        throw new DenidinError('stopping', 'the Chroma server has been stopped')
    }
  }

  async suspect(run: number): Promise<void> {
    const server = this.#processOf(run)
    if (server === undefined || (await server.answers(SIGN_OF_LIFE_MS))) return
    if (this.#processOf(run) === undefined) return
    this.#logger.warn('The Chroma server does not answer and is started again')
    await server[Symbol.asyncDispose]()
  }

  async repair(run: number): Promise<boolean> {
    const server = this.#processOf(run)
    if (server === undefined) return true
    if (this.#repairs === 'set_aside') return false
    const again = this.#repairs === 'none'
    this.#repairs = again ? 'started_again' : 'set_aside'
    this.#logger.warn(again ? 'The index is damaged; the server is started again' : 'The index stays damaged')
    await this.#start(async () => {
      await server[Symbol.asyncDispose]()
      if (!again) await this.#setAside()
    }).catch(() => undefined)
    return true
  }

  async scrub(): Promise<void> {
    await scrubChromaFolder(this.#deps.folder, this.#deps.clock)
  }

  async hasFlushed(collection_id: string): Promise<boolean> {
    return !(await hasQueuedVectors(this.#deps.folder, collection_id, this.#deps.clock))
  }

  works(): void {
    this.#repairs = 'none'
  }

  onBack(listener: () => void): void {
    this.#listeners.push(listener)
  }

  health(): Health {
    switch (this.#state.is) {
      case 'idle':
        return { state: 'ok', detail: 'The Chroma server is not needed yet; it starts when it is.' }
      case 'starting':
        return { state: 'degraded', detail: 'The Chroma server is starting.' }
      case 'running':
        return { state: 'ok', detail: 'The Chroma server is running.' }
      case 'waiting':
        return { state: 'down', detail: `Memories cannot be searched: ${this.#state.why}. It is tried again.` }
      case 'stopped':
        return { state: 'off', detail: 'The Chroma server is stopped.' }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const state = this.#state
    this.#state = { is: 'stopped' }
    if (state.is === 'waiting') state.timer[Symbol.dispose]()
    if (state.is === 'running') await state.process[Symbol.asyncDispose]()
    if (state.is === 'starting') await state.started.catch(() => undefined)
  }

  #start(prepare?: () => Promise<void>): Promise<ChromaConnection> {
    const started = this.#tryToStart(prepare)
    this.#state = { is: 'starting', started }
    started.catch(() => undefined)
    return started
  }

  async #tryToStart(prepare?: () => Promise<void>): Promise<ChromaConnection> {
    const { clock } = this.#deps
    try {
      await prepare?.()
      const server = await this.#startOnGoodData()
      if (this.#stopped) {
        await server[Symbol.asyncDispose]()
        throw new DenidinError('stopping', 'the Chroma server has been stopped')
      }
      this.#runs += 1
      const connection = {
        client: new ChromaClient({ host: server.host, port: server.port, ssl: false }),
        run: this.#runs,
      }
      this.#state = { is: 'running', connection, process: server, since: clock.monotonic() }
      this.#logger.info('The Chroma server is running', { pid: server.pid, port: server.port })
      void server.ended.then(() => this.#onEnd(server))
      if (this.#runs > 1 || this.#failures > 0) for (const listener of this.#listeners) listener()
      return connection
    } catch (error) {
      if (!this.#stopped) this.#wait((error as Error).message)
      throw error
    }
  }

  /** Starts the server. Data on which it keeps ending is set aside, provided that the server runs without it. */
  async #startOnGoodData(): Promise<ChromaProcess> {
    const { folder } = this.#deps
    await removeOrphanSegments(folder, this.#deps.clock).catch((error: unknown) => {
      this.#logger.debug('Unused parts of the index could not be removed from the disk', { error: String(error) })
    })
    for (let attempt = 1; ; attempt++) {
      try {
        return await ChromaProcess.start(folder, this.#process)
      } catch (error) {
        const doubtful = error instanceof ChromaStartError && error.ending?.by_itself === true && !this.#stopped
        if (!doubtful || !(await holdsFiles(folder))) throw error
        if (attempt < STARTS_BEFORE_DOUBT) continue
        if (attempt > STARTS_BEFORE_DOUBT || !(await this.#runsOnEmptyData())) throw error
        await this.#setAside()
      }
    }
  }

  async #runsOnEmptyData(): Promise<boolean> {
    const trial = `${this.#deps.folder}.trial`
    await remove(trial)
    try {
      await using _server = await ChromaProcess.start(trial, this.#process)
      return true
    } catch {
      return false
    } finally {
      await remove(trial)
    }
  }

  async #setAside(): Promise<void> {
    const { folder, clock } = this.#deps
    if (!(await holdsFiles(folder))) return
    const aside = await setAside(folder, clock.now())
    this.#logger.error('The damaged index is set aside; it is filled again from the stored vectors', { aside })
  }

  #onEnd(server: ChromaProcess): void {
    const state = this.#state
    if (state.is !== 'running' || state.process !== server) return
    if (this.#deps.clock.monotonic() - state.since >= STABLE_AFTER_MS) this.#failures = 0
    this.#wait('the Chroma server ended unexpectedly')
  }

  #wait(why: string): void {
    const { clock, ids } = this.#deps
    this.#failures += 1
    const delay = backoffDelay(BACKOFF, this.#failures, ids)
    this.#logger.warn('The Chroma server is down', { why, again_in_ms: Math.round(delay) })
    const timer = clock.after(delay, () => {
      if (this.#state.is === 'waiting') this.#start().catch(() => undefined)
    })
    this.#state = { is: 'waiting', why, timer }
  }

  #processOf(run: number): ChromaProcess | undefined {
    const state = this.#state
    return state.is === 'running' && state.connection.run === run ? state.process : undefined
  }

  get #stopped(): boolean {
    return this.#state.is === 'stopped'
  }
}

const holdsFiles = async (folder: string): Promise<boolean> =>
  (await readdir(folder).catch((): string[] => [])).length > 0
