/**
 * Functions that run inside WhatsApp's page, not here: each is sent there as source text, so it must be whole in itself
 * and may use nothing of this file but types.
 */

interface PageWid {
  readonly user: string
  readonly server: string
}

interface PageMessageKey {
  toString(): string
  readonly _serialized?: unknown
  readonly [name: string]: unknown
}

interface PageMessage {
  readonly id: PageMessageKey
  readonly isNotification?: boolean
}

interface PageChat {
  readonly unreadCount: number
  readonly msgs: { getModelsArray(): PageMessage[] }
}

type MessageKeyClass = new (parts: Record<string, unknown>) => PageMessageKey

interface PageWindow {
  require(name: 'WAWebMsgKey'): MessageKeyClass | { readonly default: MessageKeyClass }
  require(name: 'WAWebUserPrefsMeUser'): {
    getMaybeMePnUser(): PageWid | null | undefined
    getMaybeMeLidUser(): PageWid | null | undefined
  }
  require(name: 'WAWebCollections'): {
    readonly Chat: { getModelsArray(): PageChat[] }
    readonly Msg: { get(id: string): { readonly ack?: number } | undefined }
  }
  require(name: 'WAWebChatLoadMessages'): {
    loadEarlierMsgs(options: { chat: PageChat }): Promise<PageMessage[] | null | undefined>
  }
  readonly WWebJS: {
    getMessageModel(message: PageMessage): { id?: Record<string, unknown> }
    sendChatstate(state: string, chat_id: string): Promise<unknown>
    idsAreRepaired?: boolean
  }
}

/** What the page says after its ids were repaired. */
export interface PageReport {
  readonly ids_readable: boolean
  /** The account's own addresses, such as `15550009999@c.us` and `77@lid`. */
  readonly phone: string | undefined
  readonly lid: string | undefined
}

/**
 * Makes the text of message ids readable under the name that the library uses. Since July 2026 the site keeps it under
 * another name; which one is found by its value, so that the next change of name does no harm.
 * To be called anew for every loaded page; again on the same page does nothing.
 */
export const repairMessageIds = (): PageReport => {
  const page = globalThis as unknown as PageWindow
  const found = page.require('WAWebMsgKey')
  const MsgKey = typeof found === 'function' ? found : found.default
  const own = page.require('WAWebUserPrefsMeUser')
  const phone = own.getMaybeMePnUser()
  const lid = own.getMaybeMeLidUser()
  const me = phone ?? lid
  const mark = 'DENIDINPROBE'
  const probe = (): PageMessageKey => new MsgKey({ from: me, to: me, id: mark, selfDir: 'out' })
  const isText = (value: unknown): value is string =>
    typeof value === 'string' && value.startsWith('true_') && value.includes(mark)

  const key = probe()
  if (!isText(key._serialized)) {
    const name = Object.getOwnPropertyNames(key).find(each => isText(key[each]))
    const read = (each: PageMessageKey): unknown => (name === undefined ? each.toString() : each[name])
    if (isText(read(key))) {
      Object.defineProperty(MsgKey.prototype, '_serialized', {
        configurable: true,
        get(this: PageMessageKey) {
          return read(this)
        },
        // Should the site write the old name again, the written value counts.
        set(this: PageMessageKey, value: unknown) {
          Object.defineProperty(this, '_serialized', { value, writable: true, configurable: true, enumerable: true })
        },
      })
    }
  }

  const library = page.WWebJS
  if (library.idsAreRepaired !== true) {
    const original = library.getMessageModel
    // A getter does not travel out of the page: what leaves it must hold the text itself.
    library.getMessageModel = message => {
      const model = original(message)
      const text = message.id._serialized
      if (model.id !== undefined && typeof text === 'string') model.id = { ...model.id, _serialized: text }
      return model
    }
    library.idsAreRepaired = true
  }

  const address = (wid: PageWid | null | undefined): string | undefined =>
    wid == null ? undefined : `${wid.user}@${wid.server}`
  return { ids_readable: isText(probe()._serialized), phone: address(phone), lid: address(lid) }
}

/** Messages of all chats that stand as unread, newest chats' and messages' worth of `most` each. */
export const readUnread = async (most: number): Promise<unknown[]> => {
  const page = globalThis as unknown as PageWindow
  const chats = page
    .require('WAWebCollections')
    .Chat.getModelsArray()
    .filter(chat => chat.unreadCount > 0)
    .slice(0, most)
  const unread: unknown[] = []
  for (const chat of chats) {
    const wanted = Math.min(chat.unreadCount, most)
    const isTheirs = (message: PageMessage): boolean => message.id['fromMe'] !== true && message.isNotification !== true
    let messages = chat.msgs.getModelsArray().filter(isTheirs)
    while (messages.length < wanted) {
      const earlier = await page.require('WAWebChatLoadMessages').loadEarlierMsgs({ chat })
      if (earlier == null || earlier.length === 0) break
      messages = [...earlier.filter(isTheirs), ...messages]
    }
    unread.push(...messages.slice(-wanted).map(message => page.WWebJS.getMessageModel(message)))
  }
  return unread
}

/** How far an own message got, as the page knows it; 0 where it knows nothing. */
export const readAck = (message_id: string): number =>
  (globalThis as unknown as PageWindow).require('WAWebCollections').Msg.get(message_id)?.ack ?? 0

/** Shows, or ends showing, that an answer is being written. */
export const setTyping = async (chat_id: string, state: 'typing' | 'stop'): Promise<void> => {
  await (globalThis as unknown as PageWindow).WWebJS.sendChatstate(state, chat_id)
}
