import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS, type Clock } from '../../platform/clock.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Browser } from './browser.ts'
import type { Self } from './incoming.ts'
import { reasonOf } from './library-errors.ts'
import { holdLibraryRejections } from './library-rejections.ts'
import type { LinkEvent } from './link-state.ts'
import { forgetLogin, freeProfile, readLinkedAt, writeLinkedAt } from './profile.ts'
import type { WhatsAppMessage } from './raw-message.ts'
import type { WhatsAppDeadlines } from './settings.ts'
import { WhatsAppClient, type ClientEnd } from './whatsapp-client.ts'

export interface LinkDeps {
  readonly browser: Browser
  /** Folder of the login. */
  readonly login_dir: string
  readonly pairing_phone: string | undefined
  readonly deadlines: WhatsAppDeadlines
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly show: { qr(text: string): void; pairingCode(code: string): void }
}

export interface LinkListener {
  /** Something happened to the link. */
  event(event: LinkEvent): void
  /** Somebody wrote, or WhatsApp noted something; `self` is the account that it came to. May come more than once. */
  received(message: WhatsAppMessage, self: Self): void
  /** An own message appeared. */
  created(message: WhatsAppMessage): void
  /** How far an own message got. */
  ack(message_id: string, level: number): void
}

const RESTART: Backoff = { first_ms: 2 * SECOND_MS, most_ms: 5 * MINUTE_MS }
/** A client that was ready for so long was well: the next failure counts as the first one again. */
const WELL_MS = 10 * MINUTE_MS
/** Unread messages older than this are no longer answered after a start. */
const CATCH_UP_MS = DAY_MS
const UNKNOWN: Self = { phone: undefined, lid: undefined }

/** Keeps a client open: when one ends, the next is made. */
export class WhatsAppLink {
  readonly #deps: LinkDeps
  readonly #listener: LinkListener
  readonly #stop = new AbortController()
  #client: WhatsAppClient | undefined
  #running: Promise<void> = Promise.resolve()
  #ready_at: number | undefined

  constructor(deps: LinkDeps, listener: LinkListener) {
    this.#deps = deps
    this.#listener = listener
  }

  /** The client of now; `undefined` between two of them. */
  get client(): WhatsAppClient | undefined {
    return this.#client
  }

  start(): void {
    this.#running = this.#keepOpen()
  }

  /** Closes the client and resolves when its browser is gone. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#client?.close()
    await this.#running
  }

  async #keepOpen(): Promise<void> {
    const { clock, ids, logger, login_dir } = this.#deps
    const stop = this.#stop.signal
    using _rejections = holdLibraryRejections(logger)
    let failures = 0
    for (let end = await this.#live(); end.kind !== 'closed'; end = await this.#live()) {
      this.#listener.event(end)
      if (end.kind === 'unlinked') {
        logger.warn('The phone removed DeniDin from its linked devices: it has to be linked again')
        await forgetLogin(login_dir)
        failures = 0
      } else {
        failures = this.#wasWell() ? 1 : failures + 1
        const wait_ms = Math.round(backoffDelay(RESTART, failures, ids))
        logger.warn('WhatsApp was lost and is opened again', { reason: end.reason, failures, wait_ms })
        await clock.sleep(wait_ms, stop).catch(() => undefined)
      }
    }
  }

  /** One client from its opening to its end, with its browser gone afterwards. */
  async #live(): Promise<ClientEnd> {
    const { login_dir, clock, show } = this.#deps
    await freeProfile(login_dir)
    if (this.#stop.signal.aborted) return { kind: 'closed' }
    this.#listener.event({ kind: 'opening' })
    this.#ready_at = undefined
    let code_shown = false
    let caught_up = Promise.resolve()
    // Until the account's own addresses are known it cannot be said whom a mention means.
    let held: WhatsAppMessage[] | undefined = []
    let self = UNKNOWN
    const take = (message: WhatsAppMessage): void => {
      if (message.from_me) this.#listener.created(message)
      else if (held === undefined) this.#listener.received(message, self)
      else held.push(message)
    }
    const client: WhatsAppClient = new WhatsAppClient(
      { ...this.#deps, data_dir: login_dir },
      {
        code: (how, text) => {
          code_shown = true
          this.#listener.event({ kind: 'code_shown', how })
          if (how === 'qr') show.qr(text)
          else show.pairingCode(text)
        },
        authenticated: () => {
          this.#listener.event({ kind: 'authenticated' })
        },
        ready: found => {
          self = found ?? self
          this.#ready_at ??= clock.now()
          this.#listener.event({ kind: found === undefined ? 'ids_unreadable' : 'ready' })
          const waiting = held ?? []
          held = undefined
          waiting.forEach(take)
          const newly_linked = code_shown
          code_shown = false
          caught_up = caught_up.then(() => this.#catchUp(client, take, newly_linked))
        },
        connection: up => {
          this.#listener.event({ kind: 'connection', up })
        },
        message: take,
        ack: (message_id, level) => {
          this.#listener.ack(message_id, level)
        },
      },
    )
    this.#client = client
    client.open()
    const end = await client.ended
    this.#client = undefined
    await client.close()
    await caught_up
    return end
  }

  /** Messages that came while nobody listened give no event: they are found among the unread ones. */
  async #catchUp(
    client: WhatsAppClient,
    take: (message: WhatsAppMessage) => void,
    newly_linked: boolean,
  ): Promise<void> {
    const { clock, logger, login_dir } = this.#deps
    try {
      if (newly_linked) await writeLinkedAt(login_dir, clock.now())
      const from = Math.max(await readLinkedAt(login_dir), clock.now() - CATCH_UP_MS)
      const unread = (await client.page.unread()).filter(message => message.sent_at >= from)
      for (const message of unread.sort((a, b) => a.sent_at - b.sent_at)) take(message)
    } catch (error) {
      // The next client looks again.
      if (client !== this.#client) return
      logger.warn('Unread messages could not be looked for', { reason: reasonOf(error) })
    }
  }

  #wasWell(): boolean {
    return this.#ready_at !== undefined && this.#deps.clock.now() - this.#ready_at >= WELL_MS
  }
}
