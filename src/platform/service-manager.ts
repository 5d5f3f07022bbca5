/** Tells systemd that DeniDin is up, that it is stopping, and that its event loop still turns (sd_notify). */
import { execFile } from 'node:child_process'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

/** systemd's own tool: Node cannot send to the datagram socket that systemd listens on. */
const TOOL = 'systemd-notify'
const MICROSECONDS_PER_MS = 1000
/** Signs of life in one watchdog period: one may be lost. */
const SIGNS_PER_PERIOD = 3

/** The variables that systemd sets for a service of `Type=notify`. */
export interface ServiceVariables {
  readonly NOTIFY_SOCKET?: string | undefined
  readonly WATCHDOG_USEC?: string | undefined
}

/** Does nothing where no service manager listens. */
export class ServiceManager implements Disposable {
  readonly #listens: boolean
  readonly #period_ms: number
  readonly #clock: Clock
  readonly #logger: Logger
  #timer: Disposable | undefined
  #ended = false

  constructor({ NOTIFY_SOCKET = '', WATCHDOG_USEC = '' }: ServiceVariables, clock: Clock, logger: Logger) {
    this.#listens = NOTIFY_SOCKET !== ''
    this.#period_ms = Number(WATCHDOG_USEC) / MICROSECONDS_PER_MS / SIGNS_PER_PERIOD
    this.#clock = clock
    this.#logger = logger.for('app')
    this.#watch()
  }

  /** The start is over. */
  ready(): void {
    this.#tell('READY=1')
  }

  /** A stop has begun, and may take a while. */
  stopping(): void {
    this.#tell('STOPPING=1')
  }

  [Symbol.dispose](): void {
    this.#ended = true
    this.#timer?.[Symbol.dispose]()
  }

  /** A blocked event loop gives no sign of life, so that systemd restarts the bot. */
  #watch(): void {
    if (!this.#listens || !(this.#period_ms > 0)) return
    this.#timer = this.#clock.after(this.#period_ms, () => {
      if (this.#ended) return
      this.#tell('WATCHDOG=1')
      this.#watch()
    })
  }

  #tell(message: string): void {
    if (!this.#listens) return
    execFile(TOOL, [message], error => {
      if (error !== null) this.#logger.warn('The service manager could not be told', { message, reason: error.message })
    })
  }
}
