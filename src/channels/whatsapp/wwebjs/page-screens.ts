/**
 * Recognises the screens on which WhatsApp's page needs a person: the one place that knows their texts. The browser
 * runs in English, so the texts are the English ones.
 */
import {
  ACCOUNT_BLOCKED,
  BUSINESS_ACCOUNT_BLOCKED,
  NETWORK_BLOCKED,
  VERSION_REFUSED,
  type OperatorTask,
} from '../operator-tasks.ts'

/** What one health check of the page finds. */
export interface PageLook {
  /** WhatsApp's own name for its connection: `CONNECTED`, `OPENING`, `UNPAIRED`, …; `null` before it has one. */
  readonly state: string | null
  /** Whether the messages are loaded. */
  readonly synced: boolean
  readonly screen: Screen | undefined
}

/** `passkey`: only a person's own device can continue from here. `news`: a dialog that must be acknowledged. */
export type Screen = 'passkey' | 'news'

interface ScreenWords {
  /** In lower case, with straight quotes. */
  readonly passkey: readonly string[]
  readonly news: readonly string[]
  /** Buttons that acknowledge a dialog. */
  readonly acknowledge: readonly string[]
}

export const SCREEN_WORDS: ScreenWords = {
  passkey: ['passkey'],
  news: ["what's new"],
  acknowledge: ['continue', 'ok', 'got it', 'done', 'next', 'close'],
}

/** States of the connection that only the operator can end. */
const BLOCKS: Readonly<Record<string, OperatorTask>> = {
  TOS_BLOCK: ACCOUNT_BLOCKED,
  SMB_TOS_BLOCK: BUSINESS_ACCOUNT_BLOCKED,
  PROXYBLOCK: NETWORK_BLOCKED,
  DEPRECATED_VERSION: VERSION_REFUSED,
}

/** What the operator must do about a connection in this state; `undefined` if it may recover by itself. */
export const blockOf = (state: string): OperatorTask | undefined => BLOCKS[state]

interface PageNode {
  readonly innerText?: string
  click(): void
  querySelectorAll(selector: string): Iterable<PageNode>
}

interface PageWindow {
  readonly document: { readonly body: PageNode | null } & Pick<PageNode, 'querySelectorAll'>
  readonly navigator: { readonly credentials?: { get(...values: unknown[]): Promise<unknown> } }
  readonly onAppStateHasSyncedEvent?: () => void
  readonly require?: (name: 'WAWebSocketModel') => {
    readonly Socket: { readonly state?: string; readonly hasSynced?: boolean }
  }
  denidinPasskeyWanted?: boolean
}

/** Runs in every new page, before its own code: notes whether the page asks for a passkey, whatever text it shows. */
export const watchForPasskey = (): void => {
  const page = globalThis as unknown as PageWindow
  const { credentials } = page.navigator
  if (credentials === undefined) return
  const get = credentials.get.bind(credentials)
  credentials.get = (...values) => {
    page.denidinPasskeyWanted = true
    return get(...values)
  }
}

/** Runs in the page: the health check. It reads no messages of people: only dialogs, and pages that are not linked. */
export const lookAtPage = (words: ScreenWords): PageLook => {
  const page = globalThis as unknown as PageWindow
  const socket = page.require?.('WAWebSocketModel').Socket
  const state = socket?.state ?? null
  const synced = socket?.hasSynced === true
  const has = (node: PageNode | null, texts: readonly string[]): boolean => {
    const text = (node?.innerText ?? '').toLowerCase().replaceAll('’', "'")
    return texts.some(each => text.includes(each))
  }
  const linked = synced || state === 'CONNECTED'
  if (!linked && (page.denidinPasskeyWanted === true || has(page.document.body, words.passkey))) {
    return { state, synced, screen: 'passkey' }
  }
  const news = [...page.document.querySelectorAll('[role="dialog"]')].some(each => has(each, words.news))
  return { state, synced, screen: news ? 'news' : undefined }
}

/** Runs in the page: presses the button of a "What's new" dialog. False if there was none. */
export const acknowledgeNews = (words: ScreenWords): boolean => {
  const page = globalThis as unknown as PageWindow
  const textOf = (node: PageNode): string => (node.innerText ?? '').trim().toLowerCase().replaceAll('’', "'")
  for (const dialog of page.document.querySelectorAll('[role="dialog"]')) {
    if (!words.news.some(each => textOf(dialog).includes(each))) continue
    const button = [...dialog.querySelectorAll('button, [role="button"]')].find(each =>
      words.acknowledge.includes(textOf(each)),
    )
    button?.click()
    return button !== undefined
  }
  return false
}

/**
 * Runs in the page: tells the library that the messages are loaded. The library misses this event if the page loads
 * them before it listens, and would then never be ready.
 */
export const tellSynced = (): void => {
  const page = globalThis as unknown as PageWindow
  page.onAppStateHasSyncedEvent?.()
}
