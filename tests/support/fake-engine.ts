/** An engine without WhatsApp: the account and the people who write to it live in memory. */
import type { ConnectionEnd, EngineEvents } from '../../src/channels/whatsapp/engine-events.ts'
import type {
  ChatHistory,
  EngineConnection,
  KnownNames,
  ListedChat,
  WhatsAppEngine,
} from '../../src/channels/whatsapp/engine.ts'
import type { MessageChange, Self, WhatsAppMessage } from '../../src/channels/whatsapp/whatsapp-message.ts'
import { DenidinError } from '../../src/platform/errors.ts'

/** WhatsApp's side: what its servers, the phone and other people know. */
export class FakeAccount {
  self: Self = { phone: '15550009999@c.us', lid: '900@lid' }
  readonly names = new Map<string, KnownNames>()
  /** Ids of messages that someone kept in a chat in which messages disappear. */
  readonly kept = new Set<string>()
  readonly displayNames = new Map<string, string>()
  /** Addresses in the address book. */
  readonly contacts = new Set<string>()
  readonly messages: WhatsAppMessage[] = []
  readonly changes: MessageChange[] = []
  /** Number of the login that WhatsApp accepts; each link makes a new one. */
  login: number | undefined
  #logins = 0

  link(): number {
    this.login = ++this.#logins
    return this.login
  }

  /** The messages of a chat, oldest first. */
  chat(chat_id: string): readonly WhatsAppMessage[] {
    return this.messages.filter(message => message.chat_id === chat_id)
  }

  /** A message as WhatsApp writes it; ids count up. */
  write(fields: Pick<WhatsAppMessage, 'chat_id' | 'text' | 'sent_at'> & Partial<WhatsAppMessage>): WhatsAppMessage {
    const from_me = fields.from_me === true
    const message = {
      message_id: `${String(from_me)}_${fields.chat_id}_${String(this.messages.length + 1)}`,
      type: 'chat',
      from_me,
      author_id: from_me ? (this.self.phone ?? '') : fields.chat_id,
      author_name: undefined,
      mentioned_ids: [],
      quoted_author_id: undefined,
      quoted_key: undefined,
      ack: 1,
      ...fields,
    }
    this.messages.push(message)
    return message
  }
}

/** What a test can let go wrong. */
export class FakeEngine implements WhatsAppEngine {
  readonly account: FakeAccount
  readonly connections: FakeConnection[] = []
  /** The login on disk, as the number that WhatsApp knows it by, and its copy. */
  login: number | undefined
  backup: number | undefined
  /** Thrown by the next `prepare`, then forgotten. */
  broken: Error | undefined
  readonly #now: () => number

  constructor(account: FakeAccount, now: () => number) {
    this.account = account
    this.#now = now
  }

  /** The connection that was opened last. */
  get connection(): FakeConnection {
    const last = this.connections.at(-1)
    if (last === undefined) throw new Error('nothing was connected')
    return last
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  async prepare(): Promise<void> {
    const { broken } = this
    this.broken = undefined
    if (broken !== undefined) throw broken
  }

  connect(events: EngineEvents, isQuiet: () => boolean): EngineConnection {
    const connection = new FakeConnection(this, events, isQuiet, this.#now)
    this.connections.push(connection)
    queueMicrotask(() => {
      connection.open()
    })
    return connection
  }

  hasLoginBackup(): Promise<boolean> {
    return Promise.resolve(this.backup !== undefined)
  }

  async backUpLogin(signal: AbortSignal): Promise<number> {
    signal.throwIfAborted()
    if (this.login === undefined) throw new DenidinError('unavailable', 'there is no login')
    this.backup = this.login
    return 1
  }

  async restoreLogin(): Promise<void> {
    this.login = this.backup
    this.backup = undefined
  }

  async deleteLogin(): Promise<void> {
    this.login = undefined
    this.backup = undefined
  }
}

export class FakeConnection implements EngineConnection {
  readonly isQuiet: () => boolean
  readonly #engine: FakeEngine
  readonly #events: EngineEvents
  readonly #now: () => number
  readonly #end = Promise.withResolvers<ConnectionEnd>()
  #over = false
  #ready = false

  constructor(engine: FakeEngine, events: EngineEvents, isQuiet: () => boolean, now: () => number) {
    this.#engine = engine
    this.#events = events
    this.isQuiet = isQuiet
    this.#now = now
  }

  get ended(): Promise<ConnectionEnd> {
    return this.#end.promise
  }

  get isOver(): boolean {
    return this.#over
  }

  /** Reports something, unless it is over. */
  report(act: (events: EngineEvents) => void): void {
    if (!this.#over) act(this.#events)
  }

  open(): void {
    const { account, login } = this.#engine
    if (login !== undefined && login === account.login) this.becomeReady()
    else this.report(events => events.event({ kind: 'code', how: 'qr', text: 'fake code' }))
  }

  /** The phone scans the code. */
  scan(): void {
    this.#engine.login = this.#engine.account.link()
    this.report(events => events.event({ kind: 'linking' }))
    this.becomeReady()
  }

  becomeReady(): void {
    this.#ready = true
    this.report(events => events.event({ kind: 'ready', self: this.#engine.account.self }))
  }

  end(end: ConnectionEnd): void {
    this.#over = true
    this.#end.resolve(end)
  }

  async close(): Promise<void> {
    this.end({ kind: 'closed' })
  }

  async send(chat_id: string, text: string, quoted_id: string | undefined): Promise<WhatsAppMessage | undefined> {
    const { account } = this.#open()
    const quoted = account.messages.find(message => message.message_id === quoted_id)
    const sent = account.write({
      chat_id,
      text,
      from_me: true,
      sent_at: this.#now(),
      quoted_author_id: quoted?.author_id,
      quoted_key: quoted?.message_id.split('_')[2],
      ack: 0,
    })
    this.report(events => events.message(sent))
    account.messages.splice(account.messages.indexOf(sent), 1, { ...sent, ack: 1 })
    queueMicrotask(() => {
      this.report(events => events.acknowledged(sent.message_id, 1))
    })
    return sent
  }

  async acknowledgement(message_id: string): Promise<number> {
    return this.#open().account.messages.find(message => message.message_id === message_id)?.ack ?? 0
  }

  async chats(): Promise<readonly ListedChat[]> {
    const chats = Map.groupBy(this.#open().account.messages, message => message.chat_id)
    return [...chats].map(([chat_id, messages]) => ({
      chat_id,
      newest: Math.max(...messages.map(message => message.sent_at)),
      unread: messages.filter(message => !message.from_me).length,
    }))
  }

  async history(chat_id: string, from: number, most: number): Promise<ChatHistory> {
    const { account } = this.#open()
    const messages = account.chat(chat_id).filter(message => message.sent_at >= from)
    const changes = account.changes.filter(change => messages.some(each => each.message_id === change.message_id))
    return { messages: messages.slice(-most), changes, cut: messages.length > most }
  }

  async lookUp(address: string): Promise<KnownNames> {
    return this.#open().account.names.get(address) ?? {}
  }

  async keptIn(chat_id: string, message_ids: readonly string[]): Promise<readonly string[]> {
    const { account } = this.#open()
    return message_ids.filter(id => account.chat(chat_id).some(each => each.message_id === id && account.kept.has(id)))
  }

  async displayName(addresses: readonly string[]): Promise<string | undefined> {
    const { account } = this.#open()
    return addresses.map(address => account.displayNames.get(address)).find(name => name !== undefined)
  }

  async isContact(addresses: readonly string[]): Promise<boolean> {
    const { account } = this.#open()
    return addresses.some(address => account.contacts.has(address))
  }

  async markSeen(): Promise<void> {
    this.#open()
  }

  async setTyping(): Promise<void> {
    this.#open()
  }

  #open(): FakeEngine {
    if (!this.#ready || this.#over) throw new DenidinError('unavailable', 'WhatsApp is not open')
    return this.#engine
  }
}
