/** Keeps WhatsApp connected: when a connection ends, handles the reason and opens the next one. */
import { backoffDelay } from '../../platform/backoff.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import { UNLINKED, type ConnectionEvent } from './connection-state.ts'
import type { ChannelDeadlines } from './deadlines.ts'
import type { ConnectionEnd } from './engine-events.ts'
import type { EngineConnection, WhatsAppEngine } from './engine.ts'
import { reasonOf } from './failure-reason.ts'
import type { LoginRecord } from './login-record.ts'
import type { LoginBefore, LoginDoubt, Session, SessionEnd } from './session.ts'

export interface SupervisorDeps {
  readonly engine: WhatsAppEngine
  readonly login: LoginRecord
  /** Opens the next connection. */
  readonly openSession: (login: LoginBefore) => Session
  /** Receives what happens to the connection, for its state. */
  readonly report: (event: ConnectionEvent) => void
  readonly deadlines: ChannelDeadlines
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** Failures after which the pause no longer grows. */
const MANY = 100
/** Every this many failures in a row, the log line is an error. */
const ALERT_EVERY = 5

/** Its invariants are listed in docs/whatsapp.md. */
export class Supervisor {
  readonly #deps: SupervisorDeps
  readonly #stop = new AbortController()
  #session: Session | undefined
  #running: Promise<void> = Promise.resolve()
  #doubt: LoginDoubt = 'none'

  constructor(deps: SupervisorDeps) {
    this.#deps = deps
  }

  /** The current connection, or `undefined` while reconnecting. */
  get connection(): EngineConnection | undefined {
    return this.#session?.connection
  }

  start(): void {
    this.#running = this.#keepConnected()
  }

  /** Closes the connection and resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.connection?.close()
    await this.#running
  }

  async #keepConnected(): Promise<void> {
    const { clock, logger } = this.#deps
    let failures = 0
    for (;;) {
      const { end, was_stable } = await this.#attempt()
      if (end.kind === 'closed') {
        logger.info('WhatsApp was closed; the login is kept', { ended_by: 'DeniDin' })
        return
      }
      failures = was_stable ? 1 : failures + 1
      const wait_ms = this.#waitAfter(end, failures)
      this.#log(end, failures, wait_ms)
      await this.#conclude(end)
      await clock.sleep(wait_ms, this.#stop.signal).catch(() => undefined)
    }
  }

  /** One connection, from its opening until nothing of it runs any more. */
  async #attempt(): Promise<SessionEnd> {
    const { engine, login, openSession, report, logger } = this.#deps
    try {
      await engine.prepare()
      const linked = await login.isLinked()
      const has_backup = await engine.hasLoginBackup()
      if (this.#stop.signal.aborted) return { end: { kind: 'closed' }, was_stable: false }
      this.#session = openSession({
        doubt: this.#doubt,
        linked,
        has_backup,
        accepted: () => {
          if (this.#doubt === 'restored') logger.warn('The profile was broken; the backup of the login is used')
          this.#doubt = 'none'
        },
      })
      return await this.#session.run()
    } catch (error) {
      const end = { kind: 'blocked', action: 'repair_disk', by: 'disk', reason: reasonOf(error) } as const
      report(end)
      return { end, was_stable: false }
    } finally {
      this.#session = undefined
    }
  }

  /** Handles the end of a connection before the next one is opened. */
  async #conclude(end: ConnectionEnd): Promise<void> {
    const { engine, login, logger, clock } = this.#deps
    try {
      if (end.kind === 'unlinked') {
        await engine.deleteLogin()
        await login.forget({ at: clock.now(), reason: UNLINKED })
        this.#doubt = 'none'
      } else if (end.kind === 'login_broken') {
        await engine.restoreLogin()
        this.#doubt = 'restored'
      } else if (end.kind === 'lost' && end.state === 'UNPAIRED') {
        this.#doubt = 'unpaired'
      }
    } catch (error) {
      // The next attempt finds out what is wrong with the folder.
      logger.error('The folder of the login could not be put in order', { reason: reasonOf(error) })
    }
  }

  #waitAfter(end: ConnectionEnd, failures: number): number {
    const { deadlines, ids } = this.#deps
    const delay = (failure: number): number =>
      backoffDelay({ first_ms: deadlines.retry_ms, most_ms: deadlines.longest_retry_ms }, failure, ids)
    if (end.kind === 'lost') return delay(failures)
    // The operator needs time, and retries must not burden WhatsApp meanwhile.
    if (end.kind === 'blocked') return delay(end.by === 'disk' ? failures : MANY)
    // The other ends are not failures of the connection; if they repeat, they wait like failures.
    return failures === 1 ? 0 : delay(failures - 1)
  }

  #log(end: ConnectionEnd, failures: number, wait_ms: number): void {
    const { logger } = this.#deps
    const rest = { failures, wait_ms }
    switch (end.kind) {
      case 'unlinked':
        logger.warn('The login was ended; DeniDin has to be linked again', { ended_by: 'WhatsApp', ...rest })
        break
      case 'login_broken':
        logger.warn('The login was lost on disk; its backup is tried', { ended_by: 'a broken profile', ...rest })
        break
      case 'replaced':
        logger.info('The browser is replaced', { ended_by: 'DeniDin', reason: end.reason, ...rest })
        break
      case 'lost': {
        const ended_by = end.state === undefined ? 'the browser' : 'WhatsApp'
        const level = failures % ALERT_EVERY === 0 ? 'error' : 'warn'
        logger[level]('WhatsApp was lost and is opened again', { ended_by, reason: end.reason, ...rest })
        break
      }
      case 'blocked':
        logger.error('WhatsApp needs a person', { ended_by: end.by, reason: end.reason, ...rest })
        break
      case 'closed':
    }
  }
}
