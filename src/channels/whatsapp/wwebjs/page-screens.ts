/**
 * What WhatsApp's page shows or says when a person is needed: the one place that knows its words. The browser is started
 * in English, so that they are these.
 */

/** What one look at the page finds. */
export interface PageLook {
  /** WhatsApp's own name for its connection: `CONNECTED`, `OPENING`, `UNPAIRED`, …; `null` before it has one. */
  readonly state: string | null
  /** Whether the messages are there. */
  readonly synced: boolean
  readonly screen: Screen | undefined
}

/** `passkey`: only a person's own device can go on from here. `news`: a dialog that wants to be acknowledged. */
export type Screen = 'passkey' | 'news'

interface ScreenWords {
  /** Small letters, with straight quotes. */
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

/** What the operator is told about a screen that only a person can deal with. */
export const SCREEN_SENTENCES: Readonly<Record<Screen, string>> = {
  passkey:
    'WhatsApp asks for a passkey before it links this device, and a browser on a server has none. ' +
    'On the phone see Settings > Account > Passkeys: remove the passkey, or wait some days, and link again.',
  news:
    'WhatsApp shows a "What\'s new" dialog that could not be acknowledged; it may unlink DeniDin within minutes. ' +
    'Open WhatsApp Web with this account in a browser of your own once and close the dialog there.',
}

/** What the operator is told about a page with whose messages nothing can be done. */
export const IDS_UNREADABLE =
  'WhatsApp changed its page: message ids cannot be read, so nothing is sent. An update of DeniDin is needed.'

/**
 * States of the connection that only a person can end, each with the sentence for the operator. The library tells them
 * as the reason of a disconnection, or the page has them from the start.
 */
const BLOCKS: Readonly<Record<string, string>> = {
  TOS_BLOCK: 'WhatsApp has blocked this account for breaking its terms: open WhatsApp on the phone to see what to do.',
  SMB_TOS_BLOCK: 'WhatsApp has blocked this business account for breaking its terms: see WhatsApp on the phone.',
  PROXYBLOCK: 'WhatsApp refuses connections from this network: use another network, or another proxy or VPN.',
  DEPRECATED_VERSION: 'WhatsApp no longer accepts this version of its page: update DeniDin and the browser.',
}

/** The sentence for the operator when a connection in this state can only be helped by a person. */
export const blockOf = (state: string): string | undefined => BLOCKS[state]

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

/** Runs in every new page, before its own code: notes that the page wants a passkey, in whatever words it says so. */
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

/** Runs in the page: one look at it. Words of people are never looked at: only dialogs, and pages that are not linked. */
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

/** Runs in the page: presses the button of a dialog of news. Whether there was one. */
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
 * Runs in the page: tells the library that the messages are there. It only hears of it when that happens after it began
 * to listen, and otherwise would never be ready.
 */
export const tellSynced = (): void => {
  const page = globalThis as unknown as PageWindow
  page.onAppStateHasSyncedEvent?.()
}
