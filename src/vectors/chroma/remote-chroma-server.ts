/** A Chroma server that runs elsewhere. */
import type { ChromaClient } from 'chromadb'
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Health } from '../../platform/health.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import { chromaAddress, createRemoteClient } from './chroma-address.ts'
import type { ChromaConnection, ChromaServer } from './chroma-server.ts'

const BACKOFF: Backoff = { first_ms: 500, most_ms: 60_000 }
const SIGN_OF_LIFE_MS = 5000

export interface RemoteChromaDeps {
  /** `http://host:port/path`; it may contain user and password, or a token: see `chromaAddress`. */
  readonly url: string
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** A Chroma server that DeniDin does not run. DeniDin touches only its own collections. */
export const createRemoteChromaServer = (deps: RemoteChromaDeps): ChromaServer => new RemoteChromaServer(deps)

class RemoteChromaServer implements ChromaServer {
  readonly exclusive = false
  readonly #deps: RemoteChromaDeps
  readonly #logger: Logger
  readonly #client: ChromaClient
  /** The address without its password. */
  readonly #origin: string
  readonly #listeners: (() => void)[] = []
  #runs = 0
  #failures = 0
  #connection: Promise<ChromaConnection> | undefined
  #waiting: { readonly why: string; readonly timer: Disposable } | undefined
  #stopped = false

  constructor(deps: RemoteChromaDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('chroma')
    const address = chromaAddress(deps.url)
    this.#origin = new URL(address.base_url).origin
    this.#client = createRemoteClient(address)
  }

  async connect(): Promise<ChromaConnection> {
    if (this.#stopped) throw new DenidinError('stopping', 'the connection to Chroma has been closed')
    if (this.#waiting !== undefined) throw new DenidinError('unavailable', this.#waiting.why, { retryable: true })
    this.#connection ??= this.#open()
    return await this.#connection
  }

  async suspect(run: number): Promise<void> {
    if (run !== this.#runs || this.#connection === undefined || (await this.#answers())) return
    if (run === this.#runs && this.#waiting === undefined) this.#wait()
  }

  async repair(): Promise<boolean> {
    return false
  }

  async scrub(): Promise<void> {
    // Its files are on another machine.
  }

  async hasFlushed(): Promise<boolean> {
    return false
  }

  works(): void {
    this.#failures = 0
  }

  onBack(listener: () => void): void {
    this.#listeners.push(listener)
  }

  health(): Health {
    return this.#waiting === undefined
      ? { state: 'ok', detail: `The Chroma server at ${this.#origin} is used.` }
      : { state: 'down', detail: `Memories cannot be searched: ${this.#waiting.why}. It is tried again.` }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true
    this.#waiting?.timer[Symbol.dispose]()
  }

  async #open(): Promise<ChromaConnection> {
    if (!(await this.#answers())) {
      this.#wait()
      throw new DenidinError('unavailable', this.#why(), { retryable: true })
    }
    this.#runs += 1
    if (this.#runs > 1 || this.#failures > 0) for (const listener of this.#listeners) listener()
    return { client: this.#client, run: this.#runs }
  }

  async #answers(): Promise<boolean> {
    try {
      await withDeadline(this.#deps.clock, SIGN_OF_LIFE_MS, 'a sign of life', () => this.#client.heartbeat())
      return true
    } catch {
      return false
    }
  }

  #why(): string {
    return `the Chroma server at ${this.#origin} does not answer`
  }

  #wait(): void {
    if (this.#stopped) return
    const { clock, ids } = this.#deps
    this.#connection = undefined
    this.#failures += 1
    const why = this.#why()
    this.#logger.warn('The Chroma server is down', { why })
    const timer = clock.after(backoffDelay(BACKOFF, this.#failures, ids), () => {
      this.#waiting = undefined
      this.connect().catch(() => undefined)
    })
    this.#waiting = { why, timer }
  }
}
