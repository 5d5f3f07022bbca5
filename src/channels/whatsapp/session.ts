/** One connection with the channel's work around it, from its opening to its end. */
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Backfill } from './backfill.ts'
import { LOGIN_GONE, type ConnectionEvent } from './connection-state.ts'
import type { ChannelDeadlines } from './deadlines.ts'
import type { ConnectionEnd, EngineEvent, EngineEvents } from './engine-events.ts'
import type { EngineConnection, WhatsAppEngine } from './engine.ts'
import { reasonOf } from './failure-reason.ts'
import type { Inbound } from './inbound.ts'
import type { LoginRecord } from './login-record.ts'
import type { Outbound } from './outbound.ts'
import type { MessageChange, Self, WhatsAppMessage } from './whatsapp-message.ts'

export interface SessionDeps {
  readonly engine: WhatsAppEngine
  readonly login: LoginRecord
  readonly inbound: Inbound
  readonly outbound: Outbound
  readonly backfill: Backfill
  /** Receives what happens to the connection, for its state. */
  readonly report: (event: ConnectionEvent) => void
  /** Whether a new connection would disturb work in progress. */
  readonly isBusy: () => boolean
  readonly deadlines: ChannelDeadlines
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Why the login may be unusable. `restored`: it is the backup, on trial; `unpaired`: WhatsApp said that it no longer
 * knows this device.
 */
export type LoginDoubt = 'none' | 'restored' | 'unpaired'

/** What is known about the login before it is used. */
export interface LoginBefore {
  readonly doubt: LoginDoubt
  readonly linked: boolean
  readonly has_backup: boolean
  /** Called when WhatsApp has accepted the login. */
  readonly accepted: () => void
}

/** How a session ended; `was_stable`: it had been ready long enough to count as healthy. */
export interface SessionEnd {
  readonly end: ConnectionEnd
  readonly was_stable: boolean
}

const WHY_GONE = { none: 'without_backup', restored: 'in_backup_too', unpaired: 'by_whatsapp' } as const

/** Opens its connection immediately and listens to it. */
export class Session implements EngineEvents {
  readonly connection: EngineConnection
  readonly #deps: SessionDeps
  readonly #login: LoginBefore
  readonly #over = new AbortController()
  #self: Self = { phone: undefined, lid: undefined }
  #ready_at: number | undefined
  /** When the last message came. */
  #active_at: number
  #code_shown = false
  #backfill = Promise.resolve()
  #tasks: readonly Promise<void>[] = []

  constructor(deps: SessionDeps, login: LoginBefore) {
    this.#deps = deps
    this.#login = login
    this.#active_at = deps.clock.monotonic()
    deps.backfill.begin()
    deps.report({ kind: 'opening' })
    this.connection = deps.engine.connect(this, () => this.#isQuiet())
  }

  /** Resolves when the connection has ended and nothing of it runs any more. */
  async run(): Promise<SessionEnd> {
    const { clock, deadlines, report } = this.#deps
    const end = await this.connection.ended
    const ended_at = clock.monotonic()
    // Report immediately: closing a hung browser takes time, and nothing may be sent through it meanwhile.
    if (end.kind !== 'closed') report(end)
    this.#over.abort(new DenidinError('stopping', 'the connection to WhatsApp ended'))
    await this.connection.close()
    await Promise.all([this.#backfill, ...this.#tasks])
    const was_stable = this.#ready_at !== undefined && ended_at - this.#ready_at >= deadlines.stable_ms
    return { end, was_stable }
  }

  event(event: EngineEvent): void {
    switch (event.kind) {
      case 'code':
        this.#codeShown(event)
        return
      case 'ready':
        this.#ready(event)
        return
      case 'reloading':
        this.#deps.backfill.interrupted()
        this.#deps.report(event)
        return
      case 'linking':
      case 'connection':
      case 'silent':
      case 'operator_needed':
        this.#deps.report(event)
    }
  }

  message(message: WhatsAppMessage): void {
    const { inbound, outbound, backfill } = this.#deps
    this.#active_at = this.#deps.clock.monotonic()
    if (message.from_me) {
      outbound.created(message)
      inbound.takeOwn(message, this.#self)
    } else if (!backfill.holds(message)) inbound.take(message, this.#self)
  }

  changed(change: MessageChange): void {
    this.#deps.inbound.change(change, this.#self)
  }

  acknowledged(message_id: string, level: number): void {
    this.#deps.outbound.acknowledged(message_id, level)
  }

  #isQuiet(): boolean {
    const { isBusy, clock, deadlines } = this.#deps
    return !isBusy() && clock.monotonic() - this.#active_at >= deadlines.quiet_ms
  }

  #codeShown(event: Extract<EngineEvent, { kind: 'code' }>): void {
    const { linked, has_backup, doubt } = this.#login
    const { report, login, logger } = this.#deps
    if (linked && !this.#code_shown && this.#ready_at === undefined) {
      if (has_backup && doubt === 'none') {
        this.connection.end({ kind: 'login_broken' })
        return
      }
      const ended_by = doubt === 'none' ? 'a broken profile' : 'WhatsApp'
      logger.warn('The login is gone; DeniDin has to be linked again', { ended_by })
      const why = WHY_GONE[doubt]
      report({ kind: 'login_gone', why })
      const unlinking = { at: this.#deps.clock.now(), reason: LOGIN_GONE[why] }
      this.#tasks = [...this.#tasks, this.#try('forgetting the login', () => login.forget(unlinking))]
    }
    this.#code_shown = true
    report(event)
  }

  #ready(event: Extract<EngineEvent, { kind: 'ready' }>): void {
    const { backfill, clock, report } = this.#deps
    this.#self = event.self
    if (this.#ready_at === undefined) {
      this.#ready_at = clock.monotonic()
      this.#login.accepted()
      this.#tasks = [...this.#tasks, this.#backUpLogin()]
    }
    report(event)
    const ready = {
      source: this.connection,
      self: event.self,
      newly_linked: this.#code_shown,
      over: this.#over.signal,
    }
    this.#code_shown = false
    this.#backfill = this.#backfill.then(() => backfill.run(ready))
  }

  /** A new login reaches the disk some time after it was created; only one that has lasted is worth keeping. */
  async #backUpLogin(): Promise<void> {
    const { deadlines, engine, clock, logger } = this.#deps
    const { signal } = this.#over
    for (let pause_ms = deadlines.backup_after_ms; !signal.aborted; pause_ms = deadlines.backup_every_ms) {
      await this.#try('backing up the login', async () => {
        await clock.sleep(pause_ms, signal)
        const bytes = await engine.backUpLogin(signal)
        logger.info('The login was backed up', { bytes })
      })
    }
  }

  async #try(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (this.#over.signal.aborted) return
      this.#deps.logger.warn('A task around WhatsApp failed', { what, reason: reasonOf(error) })
    }
  }
}
