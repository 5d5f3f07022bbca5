/** One client of whatsapp-web.js with its own browser, from opening to the end; the next connection is a new one. */
import type { Clock } from '../../../platform/clock.ts'
import { withDeadline } from '../../../platform/deadline.ts'
import { DenidinError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { ConnectionEnd, EngineEvents } from '../engine-events.ts'
import type { ChatHistory, EngineConnection, KnownNames, ListedChat } from '../engine.ts'
import { reasonOf } from '../failure-reason.ts'
import { UNREADABLE_IDS } from '../operator-tasks.ts'
import type { WhatsAppMessage } from '../whatsapp-message.ts'
import { waitForExcess } from './browser-memory-monitor.ts'
import { endBrowsers, killChild, markOf } from './browser-process.ts'
import type { Browser } from './browser.ts'
import { createWwebjsClient, type WwebjsClient } from './client.ts'
import type { BrowserDeadlines } from './deadlines.ts'
import { disconnection } from './errors.ts'
import { listenToBrowser, listenToClient } from './events.ts'
import { guardInjection } from './injection-guard.ts'
import { PageHeartbeat } from './page-heartbeat.ts'
import { PageMonitor } from './page-monitor.ts'
import { PageProgress } from './page-progress.ts'
import { blockOf, type PageLook } from './page-screens.ts'
import { Page } from './page.ts'

export interface BrowserClientDeps {
  readonly browser: Browser
  /** Folder of the login; absolute. */
  readonly login_dir: string
  readonly pairing_phone: string | undefined
  /** In MiB; a browser that uses more is replaced when the channel is quiet. */
  readonly browser_memory_mb: number
  readonly isQuiet: () => boolean
  readonly deadlines: BrowserDeadlines
  readonly clock: Clock
  readonly logger: Logger
}

/** Every step has a deadline, and a loaded page gets health checks until the end. */
export class BrowserClient implements EngineConnection {
  readonly #deps: BrowserClientDeps
  readonly #events: EngineEvents
  readonly #mark: string
  readonly #page: Page
  readonly #monitor: PageMonitor
  readonly #heartbeat: PageHeartbeat<PageLook>
  readonly #progress: PageProgress
  readonly #end = Promise.withResolvers<ConnectionEnd>()
  /** Aborted at the end. */
  readonly #over = new AbortController()
  #client: WwebjsClient | undefined
  #opening: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined
  #memory: Promise<void> | undefined
  #page_loaded = false

  constructor(deps: BrowserClientDeps, events: EngineEvents) {
    const { clock, logger, deadlines, login_dir } = deps
    this.#deps = deps
    this.#events = events
    this.#mark = markOf(login_dir)
    this.#page = new Page(() => this.#client, clock, deadlines.ask_ms)
    this.#progress = new PageProgress(clock, (what, milliseconds) => {
      this.#lose(`${what} took longer than ${String(milliseconds)} ms.`)
    })
    this.#monitor = new PageMonitor({
      page: this.#page,
      stage: () => this.#progress.stage,
      events,
      progress: () => {
        this.#linking()
      },
      end: end => {
        this.end(end)
      },
      offline_ms: deadlines.offline_ms,
      clock,
      logger,
    })
    this.#heartbeat = new PageHeartbeat({
      clock,
      ask: () => this.#page.look(),
      pause_ms: () => this.#pauseBeforeCheck(),
      deadline_ms: deadlines.look_ms,
      answered: look => {
        this.#monitor.answered(look)
      },
      missed: misses => {
        if (this.#page_loaded) this.#monitor.missed(misses)
      },
    })
  }

  get ended(): Promise<ConnectionEnd> {
    return this.#end.promise
  }

  get isOver(): boolean {
    return this.#over.signal.aborted
  }

  /** Starts the browser and the library in it; a failure ends the client. */
  open(): void {
    this.#progress.expect('Opening WhatsApp Web', this.#deps.deadlines.open_ms)
    this.#opening = this.#open().catch((error: unknown) => {
      this.#lose(`WhatsApp Web could not be opened: ${reasonOf(error)}`)
    })
  }

  /** Checks the page now: something may be wrong with it. */
  checkNow(): void {
    this.#heartbeat.checkNow()
  }

  end(end: ConnectionEnd): void {
    this.#over.abort(new DenidinError('stopping', 'the client of WhatsApp ended'))
    this.#progress[Symbol.dispose]()
    this.#heartbeat[Symbol.dispose]()
    this.#end.resolve(end)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  send(chat_id: string, text: string, quoted_id: string | undefined): Promise<WhatsAppMessage | undefined> {
    return this.#page.send(chat_id, text, quoted_id)
  }

  acknowledgement(message_id: string): Promise<number> {
    return this.#page.acknowledgement(message_id)
  }

  chats(): Promise<readonly ListedChat[]> {
    return this.#page.chats()
  }

  history(chat_id: string, from: number, most: number): Promise<ChatHistory> {
    return this.#page.history(chat_id, from, most)
  }

  lookUp(address: string): Promise<KnownNames> {
    return this.#page.lookUp(address)
  }

  keptIn(chat_id: string, message_ids: readonly string[]): Promise<readonly string[]> {
    return this.#page.keptIn(chat_id, message_ids)
  }

  displayName(addresses: readonly string[]): Promise<string | undefined> {
    return this.#page.displayName(addresses)
  }

  isContact(addresses: readonly string[]): Promise<boolean> {
    return this.#page.isContact(addresses)
  }

  markSeen(chat_id: string): Promise<void> {
    return this.#page.markSeen(chat_id)
  }

  setTyping(chat_id: string, state: 'typing' | 'stop'): Promise<void> {
    return this.#page.setTyping(chat_id, state)
  }

  async #open(): Promise<void> {
    const { browser, login_dir, pairing_phone, deadlines } = this.#deps
    const client = await createWwebjsClient({
      browser: { ...browser, args: [...browser.args, this.#mark] },
      login_dir,
      pairing_phone,
      open_ms: deadlines.open_ms,
      onBrowser: opened => {
        if (this.isOver) throw new DenidinError('stopping', 'WhatsApp is being closed')
        listenToBrowser(opened, reason => {
          this.#lose(reason)
        })
      },
    })
    this.#client = client
    this.#guardInjection(client)
    this.#listen(client)
    this.#heartbeat.start()
    if (!this.isOver) await client.initialize()
  }

  #guardInjection(client: WwebjsClient): void {
    const { clock, logger, deadlines } = this.#deps
    guardInjection(client, clock, {
      closing: () => this.isOver,
      loading: () => {
        this.#pageLoads()
      },
      loaded: () => {
        this.#page_loaded = true
        if (this.#progress.stage === 'loading') this.#progress.expect('Getting ready', deadlines.ready_ms)
      },
      lost: reason => {
        this.#lose(reason)
      },
      notClosed: reason => {
        logger.debug('The browser did not close in good order', { reason })
      },
    })
  }

  #pageLoads(): void {
    if (this.#progress.stage === 'ready') this.#events.event({ kind: 'reloading' })
    this.#page_loaded = false
    this.#progress.expect('Opening WhatsApp Web', this.#deps.deadlines.open_ms)
  }

  #listen(client: WwebjsClient): void {
    listenToClient(client, this.#deps.logger, () => !this.isOver, this.#events, {
      code: (how, text) => {
        this.#progress.settle('waiting')
        this.#events.event({ kind: 'code', how, text })
      },
      progress: () => {
        this.#linking()
      },
      ready: () => {
        void this.#becomeReady()
      },
      connection: state => {
        if (this.#progress.stage === 'ready') this.#events.event({ kind: 'connection', up: state === 'CONNECTED' })
      },
      disconnected: state => {
        this.#disconnected(state)
      },
      refused: () => {
        this.#lose('WhatsApp refused the login that is kept on disk.')
      },
    })
  }

  #disconnected(state: string): void {
    const task = blockOf(state)
    if (state === 'LOGOUT') this.end({ kind: 'unlinked' })
    else if (task !== undefined) {
      this.end({ kind: 'blocked', action: task.action, reason: task.sentence, by: 'WhatsApp' })
    } else this.end({ kind: 'lost', reason: disconnection(state), state })
  }

  /** The device is linked, or loads its messages. */
  #linking(): void {
    if (this.#progress.stage === 'ready') return
    this.#progress.expect('Getting ready', this.#deps.deadlines.ready_ms)
    this.#events.event({ kind: 'linking' })
  }

  async #becomeReady(): Promise<void> {
    try {
      const { ids_readable, phone, lid } = await this.#page.repair()
      if (this.isOver) return
      if (!ids_readable) {
        const { action, sentence } = UNREADABLE_IDS
        this.end({ kind: 'blocked', action, reason: sentence, by: 'WhatsApp' })
        return
      }
      this.#progress.settle('ready')
      this.#memory ??= this.#watchMemory()
      this.#events.event({ kind: 'ready', self: { phone, lid } })
    } catch (error) {
      this.#lose(`WhatsApp Web could not be made ready: ${reasonOf(error)}`)
    }
  }

  async #close(): Promise<void> {
    this.end({ kind: 'closed' })
    const { clock, deadlines, logger } = this.#deps
    // A browser that is just starting cannot be ended before it runs.
    const ending = async (): Promise<void> => {
      if (this.#client?.pupBrowser === null) await this.#opening
      await this.#client?.destroy()
    }
    await withDeadline(clock, deadlines.close_ms, 'closing the browser', ending).catch((error: unknown) => {
      logger.warn('The browser is killed', { reason: reasonOf(error) })
    })
    killChild(this.#client?.pupBrowser?.process())
    await endBrowsers(this.#mark, 'at once', { clock, logger })
    await this.#memory
  }

  async #watchMemory(): Promise<void> {
    const { deadlines, browser_memory_mb: most_mb, isQuiet, clock, logger } = this.#deps
    const { memory_after_ms: after_ms, memory_every_ms: every_ms } = deadlines
    const used_mb = await waitForExcess(
      { mark: this.#mark, most_mb, isQuiet, after_ms, every_ms, clock, logger },
      this.#over.signal,
    )
    if (used_mb === undefined) return
    const reason = `The browser used ${String(used_mb)} MiB, more than ${String(most_mb)}; a new one takes its place.`
    this.end({ kind: 'replaced', reason })
  }

  #pauseBeforeCheck(): number {
    const { look_every_ms, look_early_ms } = this.#deps.deadlines
    return this.#progress.stage === 'ready' && !this.#monitor.urgent ? look_every_ms : look_early_ms
  }

  #lose(reason: string): void {
    this.end({ kind: 'lost', reason })
  }
}
