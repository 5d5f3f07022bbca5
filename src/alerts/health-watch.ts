/** Checks the health of every component from time to time, and reports changes to the administrator. */
import { SECOND_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import { examine, type HealthCheck } from '../platform/health.ts'
import type { Logger } from '../platform/logger.ts'
import type { AdministratorNotices } from './administrator-notices.ts'
import type { IncidentRegister } from './incident-register.ts'
import type { WatchHealth } from './watch-health.ts'

/** Often enough to notice a problem within a minute. */
const LONGEST_INTERVAL_MS = 15 * SECOND_MS
const SHORTEST_INTERVAL_MS = SECOND_MS

export interface HealthWatchDeps {
  readonly checks: readonly HealthCheck[]
  readonly register: IncidentRegister
  /** `undefined`: no one is notified; incidents are recorded and logged. */
  readonly notices: AdministratorNotices | undefined
  /** Learns of every check. */
  readonly health: Pick<WatchHealth, 'checked'>
  /** How long a component must have a problem before that is an incident. */
  readonly after_ms: number
  readonly clock: Clock
  readonly logger: Logger
}

export class HealthWatch implements AsyncDisposable {
  readonly #deps: HealthWatchDeps
  readonly #logger: Logger
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(deps: HealthWatchDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('alerts')
  }

  async start(): Promise<void> {
    await this.#deps.register.load()
    this.#deps.health.checked(false)
    this.#running = this.#rounds()
  }

  /** Checks everything once. Never rejects. */
  async look(): Promise<void> {
    const { checks, register, notices, health, clock } = this.#deps
    try {
      const components = await Promise.all(checks.map(check => examine(check, clock)))
      for (const component of components) await register.observe(component)
      await notices?.send(register)
      health.checked(notices !== undefined && register.news().length > 0)
    } catch (error) {
      this.#logger.error('The health of the components could not be checked', {
        reason: asDenidinError(error).message,
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #rounds(): Promise<void> {
    const { clock, after_ms } = this.#deps
    const interval_ms = Math.min(LONGEST_INTERVAL_MS, Math.max(SHORTEST_INTERVAL_MS, after_ms / 2))
    const { signal } = this.#stop
    // The sleep ends early if the watch is stopped.
    const slept = (): Promise<boolean> =>
      clock.sleep(interval_ms, signal).then(
        () => true,
        () => false,
      )
    while (await slept()) await this.look()
  }
}
