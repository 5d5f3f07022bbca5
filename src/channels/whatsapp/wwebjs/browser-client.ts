import type { Clock } from '../../../platform/clock.ts'
import { withDeadline } from '../../../platform/deadline.ts'
import { DenidinError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { Browser } from './browser.ts'
import { endBrowsers, killChild, markOf } from './browser-process.ts'
import type { ConnectionEnd, EngineEvents } from '../engine-events.ts'
import { createWwebjsClient, type WwebjsClient } from './client.ts'
import { disconnection, reasonOf } from './errors.ts'
import { listenToBrowser, listenToClient } from './events.ts'
import { guardInjection } from './injection-guard.ts'
import { PageHeartbeat } from './page-heartbeat.ts'
import { blockOf, IDS_UNREADABLE } from './page-screens.ts'
import { PageMonitor } from './page-monitor.ts'
import type { WhatsAppDeadlines } from '../settings.ts'
import { PageQueries } from './page.ts'

export interface ClientDeps {
  readonly browser: Browser
  readonly data_dir: string
  readonly pairing_phone: string | undefined
  readonly deadlines: WhatsAppDeadlines
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * One client of the library with its one browser, from opening to the end; after that a new one is made. Every step has a
 * deadline; a page that is there is looked at again and again.
 */
export class BrowserClient {
  readonly page: PageQueries
  readonly #deps: ClientDeps
  readonly #listener: EngineEvents
  readonly #mark: string
  readonly #watch: PageMonitor
  readonly #liveness: Disposable & { start(): void; hurry(): void }
  readonly #end = Promise.withResolvers<ConnectionEnd>()
  #library: WwebjsClient | undefined
  #opening: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined
  #over = false
  #watchdog: Disposable | undefined
  /** How far the loaded page got; `waiting`: it has shown a code, for which a person may need any time. */
  #stage: 'loading' | 'waiting' | 'ready' = 'loading'
  #page_loaded = false

  constructor(deps: ClientDeps, listener: EngineEvents) {
    const { clock, deadlines, data_dir } = deps
    this.#deps = deps
    this.#listener = listener
    this.#mark = markOf(data_dir)
    this.page = new PageQueries(() => this.#library, clock, deadlines.ask_ms)
    this.#watch = new PageMonitor({
      ...deps,
      page: this.page,
      stage: () => this.#stage,
      listener,
      progress: () => {
        this.#progress()
      },
      end: end => {
        this.end(end)
      },
    })
    this.#liveness = new PageHeartbeat({
      clock,
      ask: () => this.page.look(),
      pause_ms: () =>
        this.#stage === 'ready' && !this.#watch.urgent ? deadlines.look_every_ms : deadlines.look_early_ms,
      deadline_ms: deadlines.look_ms,
      answered: look => {
        this.#watch.answered(look)
      },
      missed: misses => {
        if (this.#page_loaded) this.#watch.missed(misses)
      },
    })
  }

  /** Resolves, once, when this client is of no more use; it is `over` just before. */
  get ended(): Promise<ConnectionEnd> {
    return this.#end.promise
  }

  get over(): boolean {
    return this.#over
  }

  /** Starts the browser and the library in it; what comes of it is told to the listener, or ends the client. */
  open(): void {
    this.#expect(this.#deps.deadlines.open_ms, 'Opening WhatsApp Web')
    this.#opening = this.#open().catch((error: unknown) => {
      this.#lose(`WhatsApp Web could not be opened: ${reasonOf(error)}`)
    })
  }

  /** Looks at the page at once: something may be wrong with it. */
  hurry(): void {
    this.#liveness.hurry()
  }

  /** Declares it of no more use; what it still tells is not heard. The first end counts. */
  end(end: ConnectionEnd): void {
    this.#over = true
    this.#watchdog?.[Symbol.dispose]()
    this.#liveness[Symbol.dispose]()
    this.#end.resolve(end)
  }

  /** Ends the browser: in good order, so that the login is on disk, else by force. The login stays valid. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #open(): Promise<void> {
    const { browser, data_dir, pairing_phone, deadlines, clock, logger } = this.#deps
    const library = await createWwebjsClient({
      browser: { ...browser, args: [...browser.args, this.#mark] },
      data_dir,
      pairing_phone,
      open_ms: deadlines.open_ms,
      onBrowser: client => {
        if (this.#over) throw new DenidinError('stopping', 'WhatsApp is being closed')
        listenToBrowser(client, reason => {
          this.#lose(reason)
        })
      },
    })
    this.#library = library
    guardInjection(library, clock, {
      closing: () => this.#over,
      loading: () => {
        this.#pageLoads()
      },
      loaded: () => {
        this.#page_loaded = true
        if (this.#stage === 'loading') this.#expect(this.#deps.deadlines.ready_ms, 'Getting ready')
      },
      lost: reason => {
        this.#lose(reason)
      },
      notClosed: reason => {
        logger.debug('The browser did not close in good order', { reason })
      },
    })
    this.#listen(library)
    this.#liveness.start()
    if (!this.#over) await library.initialize()
  }

  #pageLoads(): void {
    if (this.#stage === 'ready') this.#listener.reloading()
    this.#stage = 'loading'
    this.#page_loaded = false
    this.#expect(this.#deps.deadlines.open_ms, 'Opening WhatsApp Web')
  }

  #listen(library: WwebjsClient): void {
    const listener = this.#listener
    listenToClient(library, this.#deps.logger, () => !this.#over, {
      code: (how, text) => {
        this.#settle('waiting')
        listener.code(how, text)
      },
      progress: () => {
        this.#progress()
      },
      ready: () => {
        void this.#becomeReady()
      },
      connection: state => {
        if (this.#stage === 'ready') listener.connection(state === 'CONNECTED')
      },
      disconnected: state => {
        const blocked = blockOf(state)
        if (state === 'LOGOUT') this.end({ kind: 'unlinked' })
        else if (blocked !== undefined) this.end({ kind: 'blocked', reason: blocked, by: 'WhatsApp' })
        else this.end({ kind: 'lost', reason: disconnection(state), state })
      },
      refused: () => {
        this.#lose('WhatsApp refused the login that is kept on disk.')
      },
      message: listener.message,
      changed: listener.changed,
      ack: listener.ack,
    })
  }

  #progress(): void {
    if (this.#stage === 'ready') return
    this.#stage = 'loading'
    this.#expect(this.#deps.deadlines.ready_ms, 'Getting ready')
    this.#listener.linking()
  }

  async #becomeReady(): Promise<void> {
    try {
      const { ids_readable, phone, lid } = await this.page.repair()
      if (this.#over) return
      if (!ids_readable) {
        this.end({ kind: 'blocked', reason: IDS_UNREADABLE, by: 'WhatsApp' })
        return
      }
      this.#settle('ready')
      this.#listener.ready({ phone, lid })
    } catch (error) {
      this.#lose(`WhatsApp Web could not be made ready: ${reasonOf(error)}`)
    }
  }

  async #close(): Promise<void> {
    this.end({ kind: 'closed' })
    const { clock, deadlines, logger } = this.#deps
    // A browser that is just being started cannot be ended before it is there.
    const ending = async (): Promise<void> => {
      if (this.#library?.pupBrowser === null) await this.#opening
      await this.#library?.destroy()
    }
    await withDeadline(clock, deadlines.close_ms, 'closing the browser', ending).catch((error: unknown) => {
      logger.warn('The browser is killed', { reason: reasonOf(error) })
    })
    killChild(this.#library?.pupBrowser?.process())
    await endBrowsers(this.#mark, 'at once', { clock, logger })
  }

  /** Gives the next step a deadline; the one before is no longer waited for. */
  #expect(milliseconds: number, what: string): void {
    this.#watchdog?.[Symbol.dispose]()
    if (this.#over) return
    this.#watchdog = this.#deps.clock.after(milliseconds, () => {
      this.#lose(`${what} took longer than ${String(milliseconds)} ms.`)
    })
  }

  #settle(stage: 'waiting' | 'ready'): void {
    this.#stage = stage
    this.#watchdog?.[Symbol.dispose]()
  }

  #lose(reason: string): void {
    this.end({ kind: 'lost', reason })
  }
}
