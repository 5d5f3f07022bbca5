import { backoffDelay } from '../../platform/backoff.ts'
import { endBrowsers, markOf } from './wwebjs/browser-process.ts'
import type { ConnectionEnd } from './engine-events.ts'
import { reasonOf } from './wwebjs/errors.ts'
import { holdUnhandledRejections } from './wwebjs/unhandled-rejections.ts'
import { Session, type SessionDeps, type SessionListener, type LoginDoubt } from './session.ts'
import { forgetBackup, hasBackup, restoreProfile } from './wwebjs/profile-backup.ts'
import { forgetLogin, freeProfile, isLinked, makeProfile } from './wwebjs/profile.ts'
import type { BrowserClient } from './wwebjs/browser-client.ts'

/** Failures after which the pause is as long as it gets. */
const MANY = 100
/** Every so many failures in a row the log says it as an error. */
const ALERT_EVERY = 5

/**
 * Keeps a client open: when one ends, the next is made, after what its end calls for. Its invariants stand in
 * docs/whatsapp.md.
 */
export class Supervisor {
  readonly #deps: SessionDeps
  readonly #listener: SessionListener
  readonly #mark: string
  readonly #stop = new AbortController()
  #session: Session | undefined
  #running: Promise<void> = Promise.resolve()
  #doubt: LoginDoubt = 'none'

  constructor(deps: SessionDeps, listener: SessionListener) {
    this.#deps = deps
    this.#listener = listener
    this.#mark = markOf(deps.login_dir)
  }

  /** The client of now; `undefined` between two of them. */
  get client(): BrowserClient | undefined {
    return this.#session?.client
  }

  start(): void {
    this.#running = this.#keepOpen()
  }

  /** Closes the client and resolves when its browser is gone. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#session?.client.close()
    await this.#running
  }

  async #keepOpen(): Promise<void> {
    const { clock, logger } = this.#deps
    using _rejections = holdUnhandledRejections(logger, () => this.client?.hurry())
    let failures = 0
    for (;;) {
      const { end, was_well } = await this.#attempt()
      if (end.kind === 'closed') {
        logger.info('WhatsApp was closed; the login is kept', { ended_by: 'DeniDin' })
        return
      }
      failures = was_well ? 1 : failures + 1
      const wait_ms = this.#waitAfter(end, failures)
      this.#log(end, failures, wait_ms)
      await this.#conclude(end)
      await clock.sleep(wait_ms, this.#stop.signal).catch(() => undefined)
    }
  }

  /** One client from its opening to its end, with its browser gone afterwards. */
  async #attempt(): Promise<{ end: ConnectionEnd; was_well: boolean }> {
    const { login_dir, clock, logger } = this.#deps
    try {
      const orphans = await endBrowsers(this.#mark, 'gently', { clock, logger })
      if (orphans > 0) logger.warn('A browser that an earlier run left behind was ended', { orphans })
      await makeProfile(login_dir)
      await freeProfile(login_dir)
      const linked = await isLinked(login_dir)
      const has_backup = await hasBackup(login_dir)
      if (this.#stop.signal.aborted) return { end: { kind: 'closed' }, was_well: false }
      this.#session = new Session({ ...this.#deps, mark: this.#mark }, this.#listener, {
        doubt: this.#doubt,
        linked,
        has_backup,
        ready: () => {
          if (this.#doubt === 'restored') logger.warn('The profile was broken; the backup of the login is used')
          this.#doubt = 'none'
        },
      })
      return await this.#session.run()
    } catch (error) {
      const end = { kind: 'blocked', by: 'disk', reason: reasonOf(error) } as const
      this.#listener.event(end)
      return { end, was_well: false }
    } finally {
      this.#session = undefined
    }
  }

  /** What an end calls for before the next client is made. */
  async #conclude(end: ConnectionEnd): Promise<void> {
    const { login_dir, clock, logger } = this.#deps
    try {
      if (end.kind === 'unlinked') {
        await forgetLogin(login_dir, 'profile')
        await forgetBackup(login_dir)
        this.#doubt = 'none'
      } else if (end.kind === 'profile_broken') {
        await restoreProfile(login_dir, clock.now())
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
    const longest = deadlines.longest_retry_ms
    const delay = (failure: number): number =>
      backoffDelay({ first_ms: deadlines.retry_ms, most_ms: longest }, failure, ids)
    if (end.kind === 'lost') return delay(failures)
    // What a person has to do takes its time, and WhatsApp is not to be bothered meanwhile.
    if (end.kind === 'blocked') return delay(end.by === 'disk' ? failures : MANY)
    // These are not failures of the browser; should they come again and again, they wait like those.
    return failures === 1 ? 0 : delay(failures - 1)
  }

  #log(end: ConnectionEnd, failures: number, wait_ms: number): void {
    const { logger } = this.#deps
    const rest = { failures, wait_ms }
    switch (end.kind) {
      case 'unlinked':
        logger.warn('The login was ended; DeniDin has to be linked again', { ended_by: 'WhatsApp', ...rest })
        break
      case 'profile_broken':
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
