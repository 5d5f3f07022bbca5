import { join, resolve } from 'node:path'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { DenidinError } from '../../platform/errors.ts'
import { makePrivateFolder } from '../../platform/files.ts'
import type { Health } from '../../platform/health.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { ChatId, MessageId } from '../../messages/message.ts'
import type { Channel, ChannelEvents, Delivery } from '../channel.ts'
import { findBrowser, type Browser, type Environment } from './wwebjs/browser.ts'
import { layOutReply } from './format/reply-layout.ts'
import { GapTracker } from './gap-tracker.ts'
import { IdentityResolver } from './identity-resolver.ts'
import { isChat, isGroup } from './message-mapper.ts'
import { Inbound, type IsOurs } from './inbound.ts'
import { reasonOf } from './wwebjs/errors.ts'
import { healthOf, initialState, nextState, type ConnectionEvent, type ConnectionState } from './connection-state.ts'
import { Outbound } from './outbound.ts'
import { WHATSAPP_DEADLINES, type WhatsAppDeadlines, type WhatsAppSettings } from './settings.ts'
import { Supervisor } from './supervisor.ts'
import type { PageQueries } from './wwebjs/page.ts'

export interface WhatsAppDeps {
  readonly settings: WhatsAppSettings
  /** The data root: the login is kept in `whatsapp/` below it, an unpacked browser in `run/browser/`. */
  readonly data_dir: string
  /** Environment of the process: the browser is looked for in its `PATH`, and inherits it. */
  readonly environment: Environment
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  /** Shows the operator what the phone needs for linking; called again for every new code. */
  readonly show: { qr(text: string): void; pairingCode(code: string): void }
  readonly deadlines?: Partial<WhatsAppDeadlines>
  /** Called at every change of state. */
  onState?(state: ConnectionState): void
}

/** WhatsApp shows "typing" for about 25 s; it is renewed before that. */
const TYPING_MS = 10 * SECOND_MS

/** WhatsApp as a channel, by way of a browser that DeniDin starts itself. */
export const createWhatsAppChannel = (deps: WhatsAppDeps): Channel => new WhatsAppChannel(deps)

interface Running {
  readonly events: ChannelEvents
  readonly link: Supervisor
  readonly intake: Inbound
}

class WhatsAppChannel implements Channel {
  readonly name = 'whatsapp'
  readonly pace = 'human'
  readonly #deps: WhatsAppDeps
  readonly #deadlines: WhatsAppDeadlines
  readonly #outgoing: Outbound
  #state: ConnectionState
  #running: Running | undefined
  /** Chats in which an answer is being written. */
  #typing = 0

  constructor(deps: WhatsAppDeps) {
    this.#deps = { ...deps, logger: deps.logger.for('whatsapp') }
    this.#deadlines = { ...WHATSAPP_DEADLINES, ...deps.deadlines }
    this.#outgoing = new Outbound(deps.clock, this.#deadlines.confirm_ms)
    this.#state = initialState(deps.clock.now())
  }

  serves(chat_id: ChatId): boolean {
    return isChat(chat_id)
  }

  /** @throws DenidinError `unavailable` or `invalid_config` when there is no browser that starts. */
  async start(events: ChannelEvents): Promise<void> {
    if (this.#running !== undefined) throw new DenidinError('already_running', 'The WhatsApp channel is running')
    this.#tell({ kind: 'opening' })
    const browser = await this.#findBrowser().catch((error: unknown) => {
      this.#tell({ kind: 'stopping' })
      this.#tell({ kind: 'stopped' })
      throw error
    })
    const { settings, clock, ids, logger, show } = this.#deps
    const continuity = new GapTracker()
    const isOurs: IsOurs = message => this.#outgoing.isOurs(message)
    const link: Supervisor = new Supervisor(
      {
        browser,
        login_dir: resolve(this.#deps.data_dir, 'whatsapp'),
        pairing_phone: settings.pairing_phone,
        browser_memory_mb: settings.browser_memory_mb,
        continuity,
        heardUntil: chat_ids => events.recordedUntil(chat_ids),
        isBusy: () => this.#typing > 0 || this.#outgoing.busy || intake.busy,
        deadlines: this.#deadlines,
        clock,
        ids,
        logger,
        show,
      },
      {
        event: event => {
          this.#tell(event)
        },
        received: (message, self) => {
          intake.take(message, self)
        },
        missed: (history, self) => intake.takeHistory(history, self, isOurs),
        created: message => {
          this.#outgoing.created(message)
          intake.takeOwn(message, isOurs)
        },
        changed: (change, self) => {
          intake.change(change, self)
        },
        ack: (message_id, level) => {
          this.#outgoing.ack(message_id, level)
        },
      },
    )
    const identities = new IdentityResolver({
      lookUp: address => pageOf(link).lookUp(address),
      clock,
      logger,
      deadline_ms: this.#deadlines.identify_ms,
    })
    const intake = new Inbound({ events, identities, continuity, clock, ids, logger })
    this.#running = { events, link, intake }
    link.start()
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#tell({ kind: 'stopping' })
    const finish = async (): Promise<void> => {
      await Promise.all([this.#outgoing.whenIdle(), running.intake.stop()])
    }
    const { clock, logger } = this.#deps
    await withDeadline(clock, this.#deadlines.close_ms, 'finishing what is under way', finish).catch(
      (error: unknown) => {
        logger.warn('Not everything could be finished before the stop', { reason: reasonOf(error) })
      },
    )
    await running.link.stop()
    this.#running = undefined
    this.#tell({ kind: 'stopped' })
  }

  render(reply: string): readonly string[] {
    return layOutReply(reply)
  }

  async send(chat_id: ChatId, text: string, options: { readonly reply_to?: MessageId }): Promise<Delivery> {
    if (!isChat(chat_id)) return { outcome: 'not_sent', reason: `${chat_id} is no chat of WhatsApp` }
    const client = this.#running?.link.client
    if (client === undefined || client.over || !this.#state.can_send) {
      return { outcome: 'not_sent', reason: this.#state.detail }
    }
    return await this.#outgoing.send(client, chat_id, text, isGroup(chat_id) ? options.reply_to : undefined)
  }

  async seen(chat_id: ChatId): Promise<void> {
    await this.#bestEffort(page => page.seen(chat_id))
  }

  async typing(chat_id: ChatId): Promise<AsyncDisposable> {
    const stop = new AbortController()
    const show = (): Promise<void> => this.#bestEffort(page => page.typing(chat_id, 'typing'))
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
        await this.#bestEffort(page => page.typing(chat_id, 'stop'))
        this.#typing -= 1
      },
    }
  }

  health(): Promise<Health> {
    return Promise.resolve(healthOf(this.#state))
  }

  async #findBrowser(): Promise<Browser> {
    const { settings, environment, data_dir, ids, logger } = this.#deps
    const cache_dir = join(data_dir, 'run', 'browser')
    await makePrivateFolder(cache_dir)
    const browser = await findBrowser({
      configured: settings.browser_path,
      extra_args: settings.browser_args,
      cache_dir,
      environment,
      ids,
      logger,
    })
    logger.info('Browser found', { origin: browser.origin, path: browser.path })
    return browser
  }

  async #bestEffort(act: (page: PageQueries) => Promise<void>): Promise<void> {
    if (this.#running === undefined || !this.#state.can_send) return
    try {
      await act(pageOf(this.#running.link))
    } catch (error) {
      this.#deps.logger.debug('A sign to the other person failed', { reason: reasonOf(error) })
    }
  }

  #tell(event: ConnectionEvent): void {
    const before = this.#state
    this.#state = nextState(before, event, this.#deps.clock.now())
    if (this.#state === before) return
    const { state: phase, detail: reason, can_send } = this.#state
    const level = phase === 'degraded' || phase === 'action_required' ? 'warn' : 'info'
    this.#deps.logger[level]('State of WhatsApp', { state: phase, reason })
    this.#deps.onState?.(this.#state)
    if (can_send && !before.can_send) this.#running?.events.ready()
  }
}

const pageOf = (link: Supervisor): PageQueries => {
  if (link.client === undefined) throw new DenidinError('not_running', 'WhatsApp is not open')
  return link.client.page
}
