import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Browser } from './browser.ts'
import { killBrowser } from './browser-process.ts'
import type { Self } from './incoming.ts'
import { createLibraryClient, type LibraryClient, type LibraryMessage } from './library.ts'
import { disconnection, reasonOf } from './library-errors.ts'
import { guardLibrary } from './library-guard.ts'
import { readMessage, type WhatsAppMessage } from './raw-message.ts'
import type { WhatsAppDeadlines } from './settings.ts'
import { WhatsAppPage } from './whatsapp-page.ts'

/** Why a client's life ended. */
export type ClientEnd =
  /** The phone ended the login: it is worth nothing any more. */
  | { readonly kind: 'unlinked' }
  /** Browser, page or connection are gone for good; a new client may do better. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** It was closed. */
  | { readonly kind: 'closed' }

/** What a client tells while it lives. Each may be told more than once. */
export interface ClientListener {
  code(how: 'qr' | 'pairing', text: string): void
  authenticated(): void
  /** Messages can be read and sent; `undefined`: they cannot, because their ids cannot be read. */
  ready(self: Self | undefined): void
  connection(up: boolean): void
  /** A message appeared: somebody's, or an own one. */
  message(message: WhatsAppMessage): void
  /** How far an own message got. */
  ack(message_id: string, level: number): void
}

export interface ClientDeps {
  readonly browser: Browser
  readonly data_dir: string
  readonly pairing_phone: string | undefined
  readonly deadlines: WhatsAppDeadlines
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * One client of the library with its one browser, from opening to the end. It never comes back: after `ended` a new one
 * is made.
 */
export class WhatsAppClient {
  readonly page: WhatsAppPage
  readonly #deps: ClientDeps
  readonly #listener: ClientListener
  readonly #end = Promise.withResolvers<ClientEnd>()
  #library: LibraryClient | undefined
  #opening: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined
  #watchdog: Disposable | undefined
  /** Whether the loaded page is ready, or has shown a code, for which a person may need any time. */
  #settled = false

  constructor(deps: ClientDeps, listener: ClientListener) {
    this.#deps = deps
    this.#listener = listener
    this.page = new WhatsAppPage(() => this.#library, deps.clock, deps.deadlines.ask_ms)
  }

  /** Resolves, once, when this client is of no more use. */
  get ended(): Promise<ClientEnd> {
    return this.#end.promise
  }

  /** Starts the browser and the library in it; what comes of it is told to the listener, or ends the client. */
  open(): void {
    this.#expect(this.#deps.deadlines.open_ms, 'Opening WhatsApp Web')
    this.#opening = this.#open().catch((error: unknown) => {
      this.#lose(`WhatsApp Web could not be opened: ${reasonOf(error)}`)
    })
  }

  /** Ends the browser: in good order, so that the login is on disk, else by force. The login stays valid. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #open(): Promise<void> {
    const library = await createLibraryClient({
      browser: this.#deps.browser,
      data_dir: this.#deps.data_dir,
      pairing_phone: this.#deps.pairing_phone,
      open_ms: this.#deps.deadlines.open_ms,
      onBrowser: client => {
        this.#watchBrowser(client)
      },
    })
    this.#library = library
    this.#guard(library)
    this.#listen(library)
    if (this.#closing === undefined) await library.initialize()
  }

  #guard(library: LibraryClient): void {
    guardLibrary(library, {
      loading: () => {
        if (this.#closing !== undefined) return false
        this.#settled = false
        this.#expect(this.#deps.deadlines.open_ms, 'Opening WhatsApp Web')
        return true
      },
      loaded: () => {
        this.#expectReady()
      },
      lost: reason => {
        this.#lose(reason)
      },
      notClosed: reason => {
        this.#deps.logger.debug('The browser did not close in good order', { reason })
      },
    })
  }

  #listen(library: LibraryClient): void {
    const { logger } = this.#deps
    const on = (event: string, act: (...values: unknown[]) => void): void => {
      library.on(event, (...values: unknown[]) => {
        if (this.#closing !== undefined) return
        // The library swallows what a listener throws.
        try {
          act(...values)
        } catch (error) {
          logger.error('An event of WhatsApp could not be dealt with', { event, reason: reasonOf(error) })
        }
      })
    }
    const message = (raw: unknown, act: (message: WhatsAppMessage) => void): void => {
      const read = readMessage((raw as LibraryMessage).rawData)
      if (read === undefined) logger.error('A message of WhatsApp could not be read: it has no id, chat or author')
      else act(read)
    }
    const code = (how: 'qr' | 'pairing') => (text: unknown) => {
      this.#settle()
      this.#listener.code(how, String(text))
    }
    on('qr', code('qr'))
    on('code', code('pairing'))
    on('authenticated', () => {
      this.#settled = false
      this.#expectReady()
      this.#listener.authenticated()
    })
    on('loading_screen', () => {
      this.#expectReady()
    })
    on('ready', () => {
      void this.#becomeReady()
    })
    on('change_state', state => {
      this.#listener.connection(state === 'CONNECTED')
    })
    // It tells of own messages and of those of others, one time each.
    on('message_create', raw => {
      message(raw, read => {
        this.#listener.message(read)
      })
    })
    on('message_ack', (raw, level) => {
      message(raw, read => {
        this.#listener.ack(read.message_id, Number(level))
      })
    })
    on('auth_failure', () => {
      this.#lose('WhatsApp refused the login that is kept on disk.')
    })
    on('disconnected', state => {
      if (state === 'LOGOUT') this.#finish({ kind: 'unlinked' })
      else this.#lose(disconnection(String(state)))
    })
  }

  /** The library itself says nothing when the browser or the page is gone. */
  #watchBrowser(library: LibraryClient): void {
    if (this.#closing !== undefined) throw new DenidinError('stopping', 'WhatsApp is being closed')
    library.pupBrowser?.on('disconnected', () => {
      this.#lose('The browser ended.')
    })
    library.pupPage?.on('error', () => {
      this.#lose('The page of WhatsApp crashed.')
    })
    library.pupPage?.on('close', () => {
      this.#lose('The page of WhatsApp was closed.')
    })
  }

  async #becomeReady(): Promise<void> {
    try {
      const report = await this.page.repair()
      if (this.#closing !== undefined) return
      this.#settle()
      this.#listener.ready(report.ids_readable ? { phone: report.phone, lid: report.lid } : undefined)
    } catch (error) {
      this.#lose(`WhatsApp Web could not be made ready: ${reasonOf(error)}`)
    }
  }

  async #close(): Promise<void> {
    this.#watchdog?.[Symbol.dispose]()
    const { clock, deadlines, logger } = this.#deps
    // A browser that is just being started cannot be ended before it is there.
    const ending = async (): Promise<void> => {
      if (this.#library?.pupBrowser === null) await this.#opening
      await this.#library?.destroy()
    }
    await withDeadline(clock, deadlines.close_ms, 'closing the browser', ending).catch((error: unknown) => {
      logger.warn('The browser is killed', { reason: reasonOf(error) })
    })
    await killBrowser(this.#library?.pupBrowser?.process(), clock, logger)
    this.#end.resolve({ kind: 'closed' })
  }

  /** Gives the next step a deadline; the one before is no longer waited for. */
  #expect(milliseconds: number, what: string): void {
    this.#watchdog?.[Symbol.dispose]()
    if (this.#closing !== undefined) return
    this.#watchdog = this.#deps.clock.after(milliseconds, () => {
      this.#lose(`${what} took longer than ${String(milliseconds)} ms.`)
    })
  }

  #expectReady(): void {
    if (!this.#settled) this.#expect(this.#deps.deadlines.ready_ms, 'Getting ready')
  }

  #settle(): void {
    this.#settled = true
    this.#watchdog?.[Symbol.dispose]()
  }

  #lose(reason: string): void {
    this.#finish({ kind: 'lost', reason })
  }

  #finish(end: ClientEnd): void {
    if (this.#closing !== undefined) return
    this.#watchdog?.[Symbol.dispose]()
    this.#end.resolve(end)
  }
}
