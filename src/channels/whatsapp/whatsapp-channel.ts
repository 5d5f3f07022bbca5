/** WhatsApp as a channel, over any engine: wires inbound, outbound, backfill and supervisor, and keeps the state. */
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Health } from '../../platform/health.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { ChatId, MessageId } from '../../messages/message.ts'
import type { Identity } from '../../people/person.ts'
import type { Channel, ChannelAccount, ChannelEvents, Delivery } from '../channel.ts'
import { areDifferentAccounts, fromAccount, toAccount, withNames } from './account.ts'
import { Backfill } from './backfill.ts'
import { healthOf, initialState, nextState, type ConnectionEvent, type ConnectionState } from './connection-state.ts'
import type { ChannelDeadlines } from './deadlines.ts'
import type { EngineConnection, WhatsAppEngine } from './engine.ts'
import { reasonOf } from './failure-reason.ts'
import { layOutReply } from './format/reply-layout.ts'
import { GapTracker } from './gap-tracker.ts'
import { IdentityResolver } from './identity-resolver.ts'
import { Inbound } from './inbound.ts'
import type { LoginRecord } from './login-record.ts'
import { isChat } from './message-mapper.ts'
import { Outbound } from './outbound.ts'
import { Session, type LoginBefore } from './session.ts'
import { Supervisor } from './supervisor.ts'
import { isGroup, type Self } from './whatsapp-message.ts'

export interface WhatsAppChannelDeps {
  readonly engine: WhatsAppEngine
  readonly login: LoginRecord
  readonly deadlines: ChannelDeadlines
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  /**
   * Called at every change of the connection's state, and so for every new QR or pairing code too. Must return
   * immediately.
   */
  readonly onState: (state: ConnectionState) => void
}

/** WhatsApp shows "typing" for about 25 s; it is renewed before that. */
const TYPING_MS = 10 * SECOND_MS

/** State between a start and a stop. */
interface Running {
  readonly events: ChannelEvents
  readonly supervisor: Supervisor
  readonly inbound: Inbound
}

/** Time for the answer to the request for a restart. */
const RESTART_MS = 3 * SECOND_MS

export class WhatsAppChannel implements Channel {
  readonly name = 'whatsapp'
  readonly pace = 'human'
  readonly #deps: WhatsAppChannelDeps
  readonly #outbound: Outbound
  #state: ConnectionState
  #running: Running | undefined
  /** Chats in which an answer is being written. */
  #typing = 0
  /** The account that is linked, or was last. */
  #self: Self = { phone: undefined, lid: undefined }

  constructor(deps: WhatsAppChannelDeps) {
    this.#deps = deps
    this.#outbound = new Outbound(deps.clock, deps.deadlines.confirm_ms)
    this.#state = initialState(deps.clock.now())
  }

  serves(chat_id: ChatId): boolean {
    return isChat(chat_id)
  }

  get account(): ChannelAccount {
    return {
      linked: toAccount(this.#self),
      sendsAs: account => !areDifferentAccounts(fromAccount(account), this.#self),
    }
  }

  async render(reply: string): Promise<readonly string[]> {
    return await layOutReply(reply)
  }

  /** @throws DenidinError `unavailable` or `invalid_config` if the engine lacks something on this machine. */
  async start(events: ChannelEvents): Promise<void> {
    if (this.#running !== undefined) throw new DenidinError('already_running', 'The WhatsApp channel is running')
    this.#report({ kind: 'opening' })
    this.#self = (await this.#deps.login.account()) ?? this.#self
    await this.#deps.engine.start().catch((error: unknown) => {
      this.#report({ kind: 'stopping' })
      this.#report({ kind: 'stopped' })
      throw error
    })
    this.#running = this.#assemble(events)
    this.#running.supervisor.start()
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#report({ kind: 'stopping' })
    const { engine, deadlines, clock, logger } = this.#deps
    const finish = async (): Promise<void> => {
      await Promise.all([this.#outbound.whenIdle(), running.inbound.stop()])
    }
    await withDeadline(clock, deadlines.close_ms, 'finishing work in progress', finish).catch((error: unknown) => {
      logger.warn('Not everything could be finished before the stop', { reason: reasonOf(error) })
    })
    await running.supervisor.stop()
    await engine.stop()
    this.#running = undefined
    this.#report({ kind: 'stopped' })
  }

  async send(chat_id: ChatId, text: string, options: { readonly reply_to?: MessageId }): Promise<Delivery> {
    if (!isChat(chat_id)) return { outcome: 'not_sent', reason: `${chat_id} is not a chat of WhatsApp` }
    const connection = this.#running?.supervisor.connection
    if (connection === undefined || connection.isOver || !this.#state.can_send) {
      return { outcome: 'not_sent', reason: this.#state.detail }
    }
    return await this.#outbound.send(connection, chat_id, text, isGroup(chat_id) ? options.reply_to : undefined)
  }

  async identitiesOf(chat_id: ChatId): Promise<readonly Identity[]> {
    const connection = this.#running?.supervisor.connection
    if (connection === undefined || connection.isOver || isGroup(chat_id)) return []
    const { clock, logger, deadlines } = this.#deps
    // A fresh lookup, not the cached names: the number may have passed to another account in the last minutes.
    const resolver = new IdentityResolver({
      connection: () => connection,
      clock,
      logger,
      deadline_ms: deadlines.identify_ms,
    })
    return await resolver.resolve(chat_id)
  }

  async keptIn(chat_id: ChatId, message_ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>> {
    if (this.#running === undefined || !this.#state.can_send) {
      throw new DenidinError('not_running', this.#state.detail)
    }
    return new Set(await connectionOf(this.#running.supervisor).keptIn(chat_id, message_ids))
  }

  async isContact(addresses: readonly ChatId[]): Promise<boolean> {
    if (this.#running === undefined) throw new DenidinError('not_running', this.#state.detail)
    const { clock, deadlines } = this.#deps
    const { supervisor } = this.#running
    return await withDeadline(clock, deadlines.identify_ms, 'looking for a contact', () =>
      connectionOf(supervisor).isContact(addresses),
    )
  }

  async restart(): Promise<void> {
    if (this.#running === undefined) throw new DenidinError('not_running', this.#state.detail)
    const { supervisor } = this.#running
    this.#deps.clock.after(RESTART_MS, () => void this.#replace(supervisor))
  }

  /** Replaces the connection once replies that are being sent have arrived. */
  async #replace(supervisor: Supervisor): Promise<void> {
    const { clock, deadlines, logger } = this.#deps
    await withDeadline(clock, deadlines.close_ms, 'finishing replies', () => this.#outbound.whenIdle()).catch(
      (error: unknown) => {
        logger.warn('Not every reply could be finished before the restart', { reason: reasonOf(error) })
      },
    )
    supervisor.connection?.end({ kind: 'replaced', reason: 'a restart was asked for' })
  }

  async seen(chat_id: ChatId): Promise<void> {
    await this.#bestEffort(connection => connection.markSeen(chat_id))
  }

  async typing(chat_id: ChatId): Promise<AsyncDisposable> {
    const stop = new AbortController()
    const show = (): Promise<void> => this.#bestEffort(connection => connection.setTyping(chat_id, 'typing'))
    const renew = async (): Promise<void> => {
      for (;;) {
        await this.#deps.clock.sleep(TYPING_MS, stop.signal)
        await show()
      }
    }
    this.#typing += 1
    await show()
    const renewing = renew().catch(() => undefined)
    return {
      [Symbol.asyncDispose]: async () => {
        stop.abort(new DenidinError('stopping', 'the answer is written'))
        await renewing
        await this.#bestEffort(connection => connection.setTyping(chat_id, 'stop'))
        this.#typing -= 1
      },
    }
  }

  health(): Promise<Health> {
    return Promise.resolve(healthOf(this.#state, this.#deps.clock.zone))
  }

  #assemble(events: ChannelEvents): Running {
    const { engine, login, deadlines, clock, ids, logger } = this.#deps
    const outbound = this.#outbound
    const gaps = new GapTracker()
    const identities = new IdentityResolver({
      connection: () => connectionOf(supervisor),
      clock,
      logger,
      deadline_ms: deadlines.identify_ms,
    })
    const isOurs = outbound.isOurs.bind(outbound)
    const inbound = new Inbound({ events, identities, gaps, isOurs, clock, ids, logger })
    const recordedUntil = events.recordedUntil.bind(events)
    const backfill = new Backfill({ login, gaps, recordedUntil, inbound, clock, logger })
    const report = this.#report.bind(this)
    const isBusy = (): boolean => this.#typing > 0 || outbound.busy || inbound.busy
    const session = { engine, login, inbound, outbound, backfill, report, isBusy, deadlines, clock, logger }
    const openSession = (before: LoginBefore): Session => new Session(session, before)
    const supervisor = new Supervisor({ engine, login, openSession, report, deadlines, clock, ids, logger })
    return { events, supervisor, inbound }
  }

  async #bestEffort(act: (connection: EngineConnection) => Promise<void>): Promise<void> {
    if (this.#running === undefined || !this.#state.can_send) return
    try {
      await act(connectionOf(this.#running.supervisor))
    } catch (error) {
      this.#deps.logger.debug('A read receipt or typing indicator failed', { reason: reasonOf(error) })
    }
  }

  #report(event: ConnectionEvent): void {
    const { clock, logger, onState } = this.#deps
    const before = this.#state
    if (event.kind === 'ready') this.#self = withNames(this.#self, event.self)
    const now = nextState(before, event, clock.now())
    if (now === before) return
    this.#state = now
    const { state, detail: reason, can_send } = now
    // A code is replaced every few seconds; the log does not record that.
    if (state !== before.state || reason !== before.detail || can_send !== before.can_send) {
      logger[state === 'degraded' || state === 'action_required' ? 'warn' : 'info']('State of WhatsApp', {
        state,
        reason,
      })
    }
    onState(now)
    if (can_send && !before.can_send) this.#running?.events.ready()
  }
}

const connectionOf = ({ connection }: Supervisor): EngineConnection => {
  if (connection === undefined) throw new DenidinError('not_running', 'WhatsApp is not open')
  return connection
}
