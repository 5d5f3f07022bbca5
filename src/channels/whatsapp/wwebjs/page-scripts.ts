/**
 * Functions that run inside WhatsApp's page, not here. Each is sent there as source text, so it must be self-contained
 * and may use only types from this file.
 */

interface PageWid {
  readonly user: string
  readonly server: string
}

interface PageMessageKey {
  toString(): string
  readonly _serialized?: unknown
  readonly fromMe?: unknown
  readonly id?: unknown
  readonly [name: string]: unknown
}

interface PageMessage {
  readonly id: PageMessageKey
  /** Seconds since the Unix epoch. */
  readonly t: number
  readonly isNotification?: boolean
  readonly ack?: number
  readonly body?: unknown
  /** `KEPT`: someone kept it in a chat in which messages disappear. */
  readonly kicState?: unknown
}

interface PageChat {
  readonly id: PageWid
  /** Time of its newest message, in seconds since the Unix epoch. */
  readonly t?: number
  readonly unreadCount: number
  readonly msgs: { getModelsArray(): PageMessage[] }
}

interface PageContact {
  readonly username?: unknown
  /** The display name that the account chose. */
  readonly pushname?: unknown
  readonly verifiedName?: unknown
  /** The name in the phone's address book. */
  readonly name?: unknown
}

type MessageKeyClass = new (parts: Record<string, unknown>) => PageMessageKey

interface PageWindow {
  require(name: 'WAWebMsgKey'): MessageKeyClass | { readonly default: MessageKeyClass }
  require(name: 'WAWebUserPrefsMeUser'): {
    getMaybeMePnUser(): PageWid | null | undefined
    getMaybeMeLidUser(): PageWid | null | undefined
  }
  require(name: 'WAWebFrontendContactGetters'): { getIsMyContact(contact: PageContact): unknown }
  require(name: 'WAWebCollections'): {
    readonly Chat: { getModelsArray(): PageChat[]; get(chat_id: string): PageChat | undefined }
    readonly Contact: { get(wid: PageWid): PageContact | null | undefined }
    readonly Msg: {
      get(id: string): PageMessage | undefined
      getModelsArray(): PageMessage[]
      /** Also searches the browser's disk. */
      getMessagesById?(ids: readonly string[]): Promise<{ readonly messages: PageMessage[] }>
    }
  }
  require(name: 'WAWebWidFactory'): { createWid(address: string): PageWid }
  require(name: 'WAWebChatLoadMessages'): {
    loadEarlierMsgs(options: { chat: PageChat }): Promise<PageMessage[] | null | undefined>
  }
  readonly WWebJS: {
    getMessageModel(message: PageMessage): { id?: Record<string, unknown> }
    sendChatstate(state: string, chat_id: string): Promise<unknown>
    idsAreRepaired?: boolean
  }
}

/** What the page reports after its ids were repaired. */
export interface PageReport {
  readonly ids_readable: boolean
  /** The account's own addresses, such as `15550009999@c.us` and `77@lid`. */
  readonly phone: string | undefined
  readonly lid: string | undefined
}

/**
 * Makes the text of message ids readable under the name that the library uses. Since July 2026 the site uses another
 * name. We find it by its value, so that the next change of name does no harm. Call it for every loaded page; a second
 * call on the same page does nothing.
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
        // If the site writes the old name again, the written value counts.
        set(this: PageMessageKey, value: unknown) {
          Object.defineProperty(this, '_serialized', { value, writable: true, configurable: true, enumerable: true })
        },
      })
    }
  }

  const library = page.WWebJS
  if (library.idsAreRepaired !== true) {
    const original = library.getMessageModel
    // A getter does not survive the transfer out of the page, so the copy must contain the text itself.
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

/** A chat as the page lists it. */
interface PageChatEntry {
  readonly chat_id: string
  /** Time of its newest message, in seconds since the Unix epoch. */
  readonly newest_s: number
  /** Unread messages; −1 where a person marked the chat as unread. */
  readonly unread: number
}

/** Every chat with its newest time, from the page's memory. */
export const listChats = (): PageChatEntry[] => {
  const page = globalThis as unknown as PageWindow
  return page
    .require('WAWebCollections')
    .Chat.getModelsArray()
    .map(({ id, t, unreadCount }) => ({
      chat_id: `${id.user}@${id.server}`,
      newest_s: t ?? 0,
      unread: unreadCount,
    }))
}

/** Messages of a chat as the page writes them. */
interface PageHistory {
  readonly messages: unknown[]
  /** Whether there are more, older ones. */
  readonly cut: boolean
}

/**
 * The newest messages of a chat, at most `most` and none from before `from_s`. Loads messages that the page no longer
 * has in memory.
 */
export const readHistory = async (chat_id: string, from_s: number, most: number): Promise<PageHistory> => {
  const page = globalThis as unknown as PageWindow
  const chat = page.require('WAWebCollections').Chat.get(chat_id)
  if (chat === undefined) return { messages: [], cut: false }
  const ids = new Set<unknown>()
  const isNew = ({ id }: PageMessage): boolean => {
    const text = id._serialized ?? id
    return !ids.has(text) && ids.add(text).has(text)
  }
  const isWanted = (message: PageMessage): boolean => message.t >= from_s && message.isNotification !== true
  let known = chat.msgs.getModelsArray().filter(isNew)
  while (!known.some(message => message.t < from_s) && known.filter(isWanted).length <= most) {
    const loaded = (await page.require('WAWebChatLoadMessages').loadEarlierMsgs({ chat })) ?? []
    const earlier = loaded.filter(isNew)
    if (earlier.length === 0) break
    known = [...earlier, ...known]
  }
  // Messages of the same second stay in the page's order.
  const inOrder = known.filter(isWanted).sort((a, b) => a.t - b.t)
  return {
    messages: inOrder.slice(-most).map(message => page.WWebJS.getMessageModel(message)),
    cut: inOrder.length > most,
  }
}

/** The username of an account, if the page knows it. Without it, the other names still identify the sender. */
export const readUsername = (address: string): unknown => {
  try {
    const page = globalThis as unknown as PageWindow
    const wid = page.require('WAWebWidFactory').createWid(address)
    return page.require('WAWebCollections').Contact.get(wid)?.username
  } catch {
    return undefined
  }
}

/** The display name of an account, by one of its addresses; the name that it chose itself comes first. */
export const readDisplayName = (addresses: readonly string[]): string | undefined => {
  const page = globalThis as unknown as PageWindow
  const { Contact } = page.require('WAWebCollections')
  const { createWid } = page.require('WAWebWidFactory')
  const contacts = addresses.map(address => Contact.get(createWid(address)))
  const names = [
    ...contacts.flatMap(contact => [contact?.pushname, contact?.verifiedName]),
    ...contacts.map(contact => contact?.name),
  ]
  return names.find((name): name is string => typeof name === 'string' && name.trim() !== '')
}

/** Whether an account with one of these addresses is in the address book of the phone. */
export const readIsContact = (addresses: readonly string[]): boolean => {
  const page = globalThis as unknown as PageWindow
  const { Contact } = page.require('WAWebCollections')
  const { createWid } = page.require('WAWebWidFactory')
  const { getIsMyContact } = page.require('WAWebFrontendContactGetters')
  return addresses.some(address => {
    const contact = Contact.get(createWid(address))
    return contact !== undefined && contact !== null && getIsMyContact(contact) === true
  })
}

/** Which of these messages, given as ids and stanza ids, were kept in their chat. */
export const readKept = async (
  chat_id: string,
  keys: readonly (readonly [message_id: string, stanza_id: string])[],
): Promise<string[]> => {
  const { Msg, Chat } = (globalThis as unknown as PageWindow).require('WAWebCollections')
  const loaded = Chat.get(chat_id)?.msgs.getModelsArray() ?? []
  const kept: string[] = []
  for (const [message_id, stanza_id] of keys) {
    const found =
      Msg.get(message_id) ??
      loaded.find(({ id }) => id.id === stanza_id) ??
      (await Msg.getMessagesById?.([message_id]).catch(() => undefined))?.messages[0]
    if (found?.kicState === 'KEPT') kept.push(message_id)
  }
  return kept
}

/** The level that an own message reached, under any address that the page has for it; 0 if the page does not know. */
export const readAck = (message_id: string, stanza_id: string): number => {
  const { Msg } = (globalThis as unknown as PageWindow).require('WAWebCollections')
  const found = Msg.get(message_id) ?? Msg.getModelsArray().find(({ id }) => id.fromMe === true && id.id === stanza_id)
  return found?.ack ?? 0
}

/** The page's current id for a message of a chat; the given id if it knows none. */
export const currentId = (message_id: string, stanza_id: string, chat_id: string): string => {
  const { Msg, Chat } = (globalThis as unknown as PageWindow).require('WAWebCollections')
  if (Msg.get(message_id) !== undefined) return message_id
  const found = Chat.get(chat_id)
    ?.msgs.getModelsArray()
    .find(({ id }) => id.id === stanza_id)
  return typeof found?.id._serialized === 'string' ? found.id._serialized : message_id
}

/** Whether the page has an own message with this text from the last seconds. */
export const hasOwnText = (text: string, within_s: number): boolean => {
  // eslint-disable-next-line no-restricted-syntax -- the page writes its messages by this clock, whatever ours says
  const since_s = new Date().getTime() / 1000 - within_s
  return (globalThis as unknown as PageWindow)
    .require('WAWebCollections')
    .Msg.getModelsArray()
    .some(({ id, body, t }) => id.fromMe === true && body === text && t >= since_s)
}

/** Shows, or ends showing, that an answer is being written. */
export const setTyping = async (chat_id: string, state: 'typing' | 'stop'): Promise<void> => {
  await (globalThis as unknown as PageWindow).WWebJS.sendChatstate(state, chat_id)
}
