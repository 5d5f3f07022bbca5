/** Creates a client of whatsapp-web.js with the options that DeniDin needs, and types the parts of the library it uses. */
import type { ChildProcess } from 'node:child_process'
import type { EventEmitter } from 'node:events'
import type { Browser } from './browser.ts'
import { watchForPasskey } from './page-screens.ts'

/** The parts of whatsapp-web.js that DeniDin uses, as they are at run time; the library's own types omit some. */
export interface WwebjsClient extends EventEmitter {
  pupBrowser: WwebjsBrowser | null
  pupPage: WwebjsPage | null
  initialize(): Promise<void>
  destroy(): Promise<void>
  /** Injects the library's code into the page; the library calls it for every page that is loaded. */
  inject(): Promise<void>
  initWebVersionCache(): Promise<void>
  requestPairingCode(phone: string, notify?: boolean, interval_ms?: number): Promise<string>
  sendMessage(chat_id: string, text: string, options: WwebjsSendOptions): Promise<WwebjsMessage | undefined>
  sendSeen(chat_id: string): Promise<boolean>
  getContactLidAndPhone(ids: readonly string[]): Promise<readonly { lid?: string; pn?: string }[]>
}

export interface WwebjsBrowser extends EventEmitter {
  process(): ChildProcess | null
}

export interface WwebjsPage extends EventEmitter {
  evaluate<R, A extends readonly unknown[]>(act: (...values: A) => R, ...values: A): Promise<Awaited<R>>
}

export interface WwebjsSendOptions {
  readonly quotedMessageId?: string
  readonly linkPreview: boolean
  readonly sendSeen: boolean
}

/** A message of the library; `rawData` is what the page wrote, the other fields repeat it. */
export interface WwebjsMessage {
  readonly rawData: unknown
}

interface LibraryAuth {
  afterBrowserInitialized(): Promise<void>
  logout(): Promise<void>
}

interface Library {
  readonly Client: new (options: Record<string, unknown>) => WwebjsClient
  readonly LocalAuth: new (options: { dataPath: string }) => LibraryAuth
}

export interface WwebjsClientOptions {
  readonly browser: Browser
  /** The folder that contains the login, in `session/`. */
  readonly login_dir: string
  readonly pairing_phone: string | undefined
  /** Time for the browser to start, and then for the page to prove to be WhatsApp's. */
  readonly open_ms: number
  /** Called as soon as the browser runs, before the page is opened; an error thrown here stops the opening. */
  onBrowser(client: WwebjsClient): void
}

/** Folder of the browser profile with the login, inside `login_dir`. */
export const PROFILE_FOLDER = 'session'

const PAIRING_INTERVAL_MS = 180_000

/** Creates a client. The library is loaded here, so that only a process with WhatsApp pays for it. */
export const createWwebjsClient = async (options: WwebjsClientOptions): Promise<WwebjsClient> => {
  const { default: library } = (await import('whatsapp-web.js')) as unknown as { default: Library }
  const auth = new library.LocalAuth({ dataPath: options.login_dir })
  const { browser, pairing_phone, open_ms } = options
  const client = new library.Client({
    authStrategy: auth,
    authTimeoutMs: open_ms,
    webVersionCache: { type: 'none' },
    evalOnNewDoc: watchForPasskey,
    ...(pairing_phone === undefined
      ? {}
      : {
          pairWithPhoneNumber: { phoneNumber: pairing_phone, showNotification: true, intervalMs: PAIRING_INTERVAL_MS },
        }),
    puppeteer: {
      executablePath: browser.path,
      headless: browser.headless,
      args: [...browser.args],
      env: browser.environment,
      pipe: true,
      timeout: open_ms,
      // DeniDin handles signals itself and stops in its own order.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      defaultViewport: null,
    },
  })
  let reported = false
  auth.afterBrowserInitialized = async () => {
    // The library calls it again after a logout, with the same browser.
    if (reported) return
    reported = true
    options.onBrowser(client)
  }
  // The library would delete the profile while the browser still runs; we do it after the browser has ended.
  auth.logout = () => Promise.resolve()
  // It only stores a copy of the page that nothing reads, and its rejection is unhandled if the page goes away.
  client.initWebVersionCache = () => Promise.resolve()
  return client
}
