import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer as createProxy, type Server } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { selfSigned } from './certificate.ts'
import { Journal } from './journal.ts'
import { newestOfEach } from './newest-of-each.ts'
import type {
  Contact,
  FromPage,
  Incoming,
  Media,
  PageSetup,
  ScreenName,
  SentMessage,
  ToPage,
  WireMessage,
} from './protocol.ts'

const HOST = 'web.whatsapp.com'
const PAGE_FILES = ['main.js', 'link.js', 'store.js', 'ids.js', 'models.js', 'media.js', 'screens.js']
const ID_BYTES = 16
const PAIRING_CODE = 'ABCD1234'

const hex = (): string => randomBytes(ID_BYTES).toString('hex').toUpperCase()

/** How a fake WhatsApp begins; most of it can be changed while it runs. */
export interface FakeWhatsAppOptions {
  readonly contacts?: readonly Contact[]
  /** Shape of the message ids in pages loaded from now on; see `PageSetup`. */
  readonly ids?: PageSetup['ids']
  readonly sync?: PageSetup['sync']
  readonly lookups?: PageSetup['lookups']
  /** Most messages of a chat that a page is told of when it logs in; all by default. */
  readonly history?: number
  readonly without?: PageSetup['without']
}

/**
 * A WhatsApp Web of our own: it serves a page at the real address, to a browser started with `browser_args`, and plays
 * the phone, the other people and WhatsApp's servers. The real library runs in that page unchanged.
 */
export class FakeWhatsApp implements AsyncDisposable {
  /** The bot's own account. */
  readonly me = { phone: '15550009999@c.us', lid: '900000000009999@lid' }
  /** Everything that pages did, in order; `await journal.next(…)` waits for more. */
  readonly journal = new Journal()
  /** Pages that are loaded from now on get this shape of message ids. */
  ids: PageSetup['ids']
  /** Pages that are loaded from now on sync this way. */
  sync: PageSetup['sync']
  /** `withheld`: messages are taken and never acknowledged, until `ack` is called. */
  acks: 'given' | 'withheld' = 'given'
  /** `ignored`: a login is left unanswered, as when the site hangs while it opens. */
  logins: 'answered' | 'ignored' = 'answered'
  /** `refuses`: the servers answer every request for the page with an error. */
  web: 'up' | 'refuses' = 'up'
  /** `unheard`: what came while no page was logged in is put into its chats without an event. */
  arrivals: 'told' | 'unheard' = 'told'
  /** A login ends in this state of the connection, such as `TOS_BLOCK`, instead of the chats. */
  block: string | undefined
  readonly contacts: Contact[]
  #unreachable: readonly string[] = []
  readonly #lookups: PageSetup['lookups']
  readonly #told: number
  readonly #without: PageSetup['without']
  readonly #identity = selfSigned(HOST)
  readonly #sessions = new Set<string>()
  readonly #links = new Map<WebSocket, { session: string | undefined }>()
  readonly #sockets = new Set<Duplex>()
  readonly #media = new Map<string, Media>()
  readonly #history: WireMessage[] = []
  readonly #fresh: WireMessage[] = []
  readonly #unread = new Map<string, number>()
  readonly #web = createServer({ key: this.#identity.key, cert: this.#identity.certificate }, (request, response) => {
    void this.#serve(request, response)
  })
  readonly #upgrades = new WebSocketServer({ noServer: true })
  readonly #proxy: Server = createProxy((_, response) => response.writeHead(403).end())
  #network: 'up' | 'down' = 'up'

  private constructor(options: FakeWhatsAppOptions) {
    this.contacts = [...(options.contacts ?? [])]
    this.ids = options.ids ?? 'plain'
    this.sync = options.sync ?? 'when_listened'
    this.#lookups = options.lookups ?? 'answered'
    this.#told = options.history ?? Infinity
    this.#without = options.without
    this.#web.on('upgrade', (request, socket, head) => {
      this.#upgrades.handleUpgrade(request, socket, head, link => {
        this.#open(link)
      })
    })
    this.#proxy.on('connect', (request: IncomingMessage, socket: Duplex) => {
      this.#tunnel(request.url ?? '', socket)
    })
  }

  static async start(options: FakeWhatsAppOptions = {}): Promise<FakeWhatsApp> {
    const fake = new FakeWhatsApp(options)
    await new Promise<void>(resolve => fake.#proxy.listen(0, '127.0.0.1', resolve))
    return fake
  }

  /**
   * Arguments that bring a Chromium here: every connection goes through our proxy, which knows only our page, and our
   * key alone is trusted. None holds a space or a comma, so that a list of them can stand in one variable.
   */
  get browser_args(): readonly string[] {
    const { port } = this.#proxy.address() as AddressInfo
    return [
      `--proxy-server=127.0.0.1:${String(port)}`,
      `--ignore-certificate-errors-spki-list=${this.#identity.key_hash}`,
    ]
  }

  /** Messages that the bot sent, oldest first. */
  get sent(): readonly SentMessage[] {
    return this.journal.all('sent').map(entry => entry.message)
  }

  /** Everything that was said in all chats, in the order in which WhatsApp's servers have it. */
  get said(): readonly WireMessage[] {
    return [...this.#history, ...this.#fresh]
  }

  /** The phone scans the code that is shown: every open page is linked. */
  scan(): void {
    const session = hex()
    this.#sessions.add(session)
    this.#tell({ kind: 'linked', session })
  }

  /** The phone's owner types the pairing code; a wrong one does nothing. */
  enterPairingCode(code: string): void {
    if (code === PAIRING_CODE) this.scan()
  }

  /** Shows a new QR code, as happens every 20 seconds or so. */
  rotateQr(): void {
    this.#tell({ kind: 'reference', value: `2@${hex()}` })
  }

  /** Somebody writes. While no page is logged in the message waits. Returns it as it went out. */
  receive(incoming: Incoming): WireMessage {
    const message: WireMessage = {
      id: incoming.id ?? hex(),
      chat: incoming.group ?? incoming.from,
      author: incoming.group === undefined ? undefined : incoming.from,
      from_me: incoming.from_me ?? false,
      t: incoming.t ?? Math.floor(Date.now() / 1000),
      type: incoming.type ?? 'chat',
      body: incoming.text,
      name: incoming.name,
      mentions: incoming.mentions,
      quoted: incoming.quoted,
      ack: 1,
      attributes: { ...incoming.attributes, ...(incoming.media === undefined ? {} : this.#attach(incoming.media)) },
    }
    const unread = this.#unread.get(message.chat) ?? 0
    if (!message.from_me) this.#unread.set(message.chat, unread + 1)
    const delivered = this.#tell({ kind: 'message', message, unread: unread + 1 }, 'logged_in')
    ;(delivered ? this.#history : this.#fresh).push(message)
    return message
  }

  /** The account's owner opens a chat on the phone: nothing in it is unread any more. */
  read(chat: string): void {
    this.#unread.delete(chat)
    this.#tell({ kind: 'unread', chat, count: 0 })
  }

  /** From now on pages make no chat for these addresses: sending there throws before any message exists. */
  unreachable(...chats: readonly string[]): void {
    this.#unreachable = chats
    this.#tell({ kind: 'unreachable', chats })
  }

  /**
   * WhatsApp moves an account to another address, a number to a LID or back: chats and authors of old messages have it in
   * every page that is loaded from now on, and so has what is said later.
   */
  move(from: string, to: string): void {
    for (const messages of [this.#history, this.#fresh]) {
      for (const [index, message] of messages.entries()) {
        const chat = message.chat === from ? to : message.chat
        messages[index] = { ...message, chat, author: message.author === from ? to : message.author }
      }
    }
    const unread = this.#unread.get(from)
    this.#unread.delete(from)
    if (unread !== undefined) this.#unread.set(to, unread)
  }

  /** Tells the pages that a message of the bot has got as far as `level`: 1 server, 2 device, 3 read, −1 refused. */
  ack(key: string, level: number): void {
    this.#tell({ kind: 'ack', id: key, level })
  }

  /** Changes attributes of a known message, as an edit (`body`) or a deletion (`type: 'revoked'`) does. */
  change(key: string, attributes: Readonly<Record<string, unknown>>): void {
    for (const messages of [this.#history, this.#fresh]) {
      const index = messages.findIndex(message => keyOf(message) === key)
      const known = messages[index]
      if (known !== undefined) messages[index] = changed(known, attributes)
    }
    this.#tell({ kind: 'change', id: key, attributes })
  }

  /** Somebody reacts to a message; without an emoji they take the reaction back. */
  react(key: string, from: string, emoji = ''): void {
    this.#tell({ kind: 'reaction', id: key, from, emoji, t: Date.now() })
  }

  /** Somebody votes in a poll, by the local ids of its options; none take the vote back. */
  vote(key: string, from: string, ...options: readonly number[]): void {
    this.#tell({ kind: 'vote', id: key, from, options, t: Date.now() })
  }

  /** What the page says of its connection: `CONNECTED`, `TIMEOUT`, `CONFLICT`, `UNPAIRED`, … */
  connection(state: string): void {
    this.#tell({ kind: 'connection', state })
  }

  /** A second sync: the library says `authenticated` and `ready` again. */
  syncAgain(): void {
    this.#tell({ kind: 'sync_again' })
  }

  /** Loads the pages anew; what was set for new pages holds for them. */
  reload(): void {
    this.#tell({ kind: 'reload' })
  }

  /** Lets the pages show something that wants a person. */
  show(name: ScreenName): void {
    this.#tell({ kind: 'screen', name })
  }

  /** Keeps the page's only thread busy. */
  hang(milliseconds: number): void {
    this.#tell({ kind: 'hang', milliseconds })
  }

  /** The phone's owner removes the bot from the linked devices. */
  unlink(): void {
    this.#sessions.clear()
    this.#tell({ kind: 'logged_out' })
  }

  /** Cuts every connection and lets no new one in. */
  networkDown(): void {
    this.#network = 'down'
    for (const socket of this.#sockets) socket.destroy()
  }

  networkUp(): void {
    this.#network = 'up'
  }

  /** What was uploaded, or is offered for download, under a path. */
  media(path: string): Media | undefined {
    return this.#media.get(path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.networkDown()
    this.#upgrades.close()
    await new Promise(resolve => this.#proxy.close(resolve))
  }

  #attach(media: Media): Record<string, unknown> {
    return {
      directPath: this.#keep(media),
      mimetype: media.type,
      size: media.content.length,
      filename: media.name,
      filehash: hex(),
      encFilehash: hex(),
      mediaKey: hex(),
    }
  }

  #keep(media: Media): string {
    const path = `/media/${hex()}`
    this.#media.set(path, media)
    return path
  }

  #tunnel(target: string, socket: Duplex): void {
    if (this.#network === 'down' || target !== `${HOST}:443`) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    this.#web.emit('connection', socket)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = (status: number, type: string, body: string | Buffer): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
      response.end(request.method === 'HEAD' ? undefined : body)
    }
    const path = new URL(request.url ?? '/', `https://${HOST}`).pathname
    const file = PAGE_FILES.find(name => path === `/page/${name}`)
    const media = this.#media.get(path)
    if (this.web === 'refuses') answer(503, 'text/plain', 'not now')
    else if (path === '/') answer(200, 'text/html', this.#html())
    else if (file !== undefined) answer(200, 'text/javascript', await pageFile(file))
    else if (path === '/upload') {
      const parts: Buffer[] = []
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
      const content = Buffer.concat(parts)
      const type = request.headers['content-type'] ?? 'application/octet-stream'
      answer(200, 'application/json', JSON.stringify({ path: this.#keep({ content, type }) }))
    } else if (media !== undefined) answer(200, media.type, media.content)
    else answer(404, 'text/plain', 'not here')
  }

  #html(): string {
    const setup: PageSetup = {
      me: this.me,
      contacts: this.contacts,
      ids: this.ids,
      sync: this.sync,
      lookups: this.#lookups,
      unreachable: this.#unreachable,
      without: this.#without,
    }
    return [
      '<!doctype html><meta charset="utf-8"><title>WhatsApp</title>',
      `<script>window.fakeSetup = ${JSON.stringify(setup)}</script>`,
      '<script type="module" src="/page/main.js"></script>',
    ].join('\n')
  }

  #open(link: WebSocket): void {
    this.#links.set(link, { session: undefined })
    link.on('error', () => {
      link.terminate()
    })
    link.on('close', () => {
      this.#links.delete(link)
      this.journal.add({ kind: 'left' })
    })
    link.on('message', (data: Buffer) => {
      this.#hear(link, JSON.parse(data.toString()) as FromPage)
    })
  }

  #hear(link: WebSocket, frame: FromPage): void {
    const reply = (answer: ToPage): void => {
      link.send(JSON.stringify(answer))
    }
    switch (frame.kind) {
      case 'new_reference':
        reply({ kind: 'reference', value: `2@${hex()}` })
        this.journal.add({ kind: 'asked' })
        break
      case 'login':
        if (this.logins === 'answered') this.#login(link, frame.session, reply)
        break
      case 'pairing_code':
        this.journal.add({ kind: 'pairing', phone: frame.phone })
        reply({ kind: 'answer', request: frame.request, code: PAIRING_CODE })
        break
      case 'unlink':
        this.#sessions.clear()
        reply({ kind: 'answer', request: frame.request })
        this.journal.add({ kind: 'unlinked' })
        break
      case 'send':
        this.#history.push(asOwnMessage(frame.message))
        reply({ kind: 'answer', request: frame.request, accepted: this.acks === 'given' })
        this.journal.add({ kind: 'sent', message: frame.message })
        break
      case 'seen':
        this.#unread.delete(frame.chat)
        this.journal.add(frame)
        break
      case 'chat_state':
      case 'presence':
      case 'acknowledged':
        this.journal.add(frame)
    }
  }

  #login(link: WebSocket, session: string, reply: (frame: ToPage) => void): void {
    if (!this.#sessions.has(session)) {
      reply({ kind: 'refused' })
      return
    }
    if (this.block !== undefined) {
      reply({ kind: 'connection', state: this.block })
      return
    }
    this.#links.set(link, { session })
    const fresh = this.#fresh.splice(0)
    if (this.arrivals === 'unheard') this.#history.push(...fresh.splice(0))
    const unread = Object.fromEntries(this.#unread)
    reply({ kind: 'logged_in', name: 'Bot', history: newestOfEach(this.#history, this.#told), fresh, unread })
    this.#history.push(...fresh)
    this.journal.add({ kind: 'logged_in' })
  }

  /** Whether any page heard it. */
  #tell(frame: ToPage, whom: 'all' | 'logged_in' = 'all'): boolean {
    const listeners = [...this.#links].filter(([, { session }]) => whom === 'all' || session !== undefined)
    for (const [link] of listeners) link.send(JSON.stringify(frame))
    return listeners.length > 0
  }
}

/** The whole id of a message. */
const keyOf = ({ from_me, chat, id, author }: WireMessage): string =>
  [from_me, chat, id, ...(author === undefined ? [] : [author])].map(String).join('_')

/** A message as a page that is loaded later gets it. */
const changed = (message: WireMessage, attributes: Readonly<Record<string, unknown>>): WireMessage => {
  const { body, type = message.type, ...others } = attributes
  return {
    ...message,
    type: String(type),
    body: 'body' in attributes ? (body as string | undefined) : message.body,
    attributes: { ...message.attributes, ...others },
  }
}

const asOwnMessage = (message: SentMessage): WireMessage => ({
  id: message.id,
  chat: message.chat,
  author: message.author,
  from_me: true,
  t: message.t,
  type: message.type,
  body: message.body,
  ack: 1,
  attributes: {},
})

const pageFile = (name: string): Promise<Buffer> => readFile(fileURLToPath(new URL(`page/${name}`, import.meta.url)))
