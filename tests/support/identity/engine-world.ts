/** A whole DeniDin on an engine that lives in memory: real stores, the real channel and pipeline, no browser. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { mkdirSync } from 'node:fs'
import { CHANNEL_DEADLINES } from '../../../src/channels/whatsapp/deadlines.ts'
import { LoginRecord } from '../../../src/channels/whatsapp/login-record.ts'
import { WhatsAppChannel } from '../../../src/channels/whatsapp/whatsapp-channel.ts'
import { SECOND_MS } from '../../../src/platform/clock.ts'
import { TestDenidin, type Json } from '../denidin.ts'
import type { Self } from '../../../src/channels/whatsapp/whatsapp-message.ts'
import { FakeAccount, FakeEngine } from '../fake-engine.ts'
import type { Sent, World } from './talk.ts'
import { until } from '../until.ts'

const CAUGHT_UP = 'Caught up with messages that arrived meanwhile'

/** People and groups are given out over all worlds of a process, so that no two are the same. */
let numbers = 0
let stanzas = 0

export class EngineWorld implements World, AsyncDisposable {
  readonly account: FakeAccount
  readonly denidin: TestDenidin
  readonly #engine: FakeEngine

  private constructor(account: FakeAccount, engine: FakeEngine, denidin: TestDenidin) {
    this.account = account
    this.#engine = engine
    this.denidin = denidin
  }

  static async start(config: Json = {}): Promise<EngineWorld> {
    const account = new FakeAccount()
    let now = (): number => Date.now()
    const engine = new FakeEngine(account, () => now())
    engine.login = account.link()
    const denidin = await TestDenidin.start(
      { memory: { longterm: { enabled: false } }, ...config },
      (settings, { clock, ids, logger }) => {
        now = () => Math.floor(clock.now() / 1000) * 1000
        const login_dir = join(settings.data_root, 'whatsapp')
        mkdirSync(login_dir, { recursive: true })
        const login = new LoginRecord(login_dir)
        return [
          new WhatsAppChannel({
            engine,
            login,
            deadlines: CHANNEL_DEADLINES,
            clock,
            ids,
            logger,
            onState: () => undefined,
          }),
        ]
      },
    )
    const world = new EngineWorld(account, engine, denidin)
    await until(() => world.#caughtUp() > 0)
    return world
  }

  get sent(): readonly Sent[] {
    return this.account.messages.filter(each => each.from_me).map(each => ({ chat: each.chat_id, text: each.text }))
  }

  person(): { readonly phone: string; readonly lid: string } {
    const number = String(1_000_000 + ++numbers)
    return { phone: `1555${number}@c.us`, lid: `77700000${number}@lid` }
  }

  group(): string {
    return `12036300000${String(++numbers)}@g.us`
  }

  async say(text: string, from: string, group?: string): Promise<void> {
    await this.write(text, from, group)
    await this.#idle()
  }

  async away(texts: readonly string[], from: string): Promise<void> {
    await this.denidin.close()
    for (const text of texts) this.#write(text, from, undefined)
    await this.#open()
  }

  async restart(): Promise<void> {
    await this.denidin.close()
    await this.#open()
  }

  async reload(): Promise<void> {
    const before = this.#caughtUp()
    this.#engine.connection.report(events => events.event({ kind: 'reloading' }))
    this.#engine.connection.becomeReady()
    await until(() => this.#caughtUp() > before)
    await this.#idle()
  }

  async move(from: string, to: string, told: boolean): Promise<void> {
    const { account } = this
    if (told) {
      const [phone, lid] = from.endsWith('@lid') ? [to, from] : [from, to]
      for (const address of [from, to]) account.names.set(address, { phone, lid })
    }
    for (const [index, each] of account.messages.entries()) {
      account.messages[index] = {
        ...each,
        message_id: each.message_id.replaceAll(from, to),
        chat_id: each.chat_id === from ? to : each.chat_id,
        author_id: each.author_id === from ? to : each.author_id,
      }
    }
    await this.reload()
  }

  /** The phone removes DeniDin from its linked devices. */
  async unlink(): Promise<void> {
    const { connections } = this.#engine
    const before = connections.length
    this.#engine.connection.end({ kind: 'unlinked' })
    await until(() => connections.length > before)
  }

  /** A phone with this account scans the code. Nothing is awaited. */
  scan(self: Self): void {
    this.account.self = self
    this.#engine.connection.scan()
  }

  /** Somebody writes; nothing is awaited but the record of the message. */
  async write(text: string, from: string, group?: string): Promise<void> {
    const message = this.#write(text, from, group)
    this.#engine.connection.report(events => events.message(message))
    await until(() => this.#isRecorded(message.message_id))
  }

  kept(): readonly string[] {
    using database = new DatabaseSync(this.denidin.data('denidin.db'), { readOnly: true })
    return (database.prepare('select text from messages order by seq').all() as { text: string }[]).map(row => row.text)
  }

  requests(): readonly string[] {
    return this.denidin.models.of('completion').map(({ body }) => JSON.stringify(body.messages))
  }

  async paused(): Promise<number> {
    const caller = { transport: 'cli', level: 'operator' } as const
    const { pauses } = (await this.denidin.app.runner.run('chat.pauses', {}, { caller })) as { pauses: unknown[] }
    return pauses.length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.denidin[Symbol.asyncDispose]()
  }

  #write(text: string, from: string, group: string | undefined) {
    const chat_id = group ?? from
    const suffix = group === undefined ? '' : `_${from}`
    const { account, denidin } = this
    // People do not say the same twice within a second; if the first is erased, the second would count as its copy.
    denidin.clock.pass(SECOND_MS)
    return account.write({
      message_id: `false_${chat_id}_3EB0${String(++stanzas)}${suffix}`,
      chat_id,
      author_id: from,
      text,
      sent_at: Math.floor(denidin.clock.now() / 1000) * 1000,
      ...(group === undefined ? {} : { mentioned_ids: [account.self.phone ?? ''] }),
    })
  }

  async #open(): Promise<void> {
    const before = this.#caughtUp()
    await this.denidin.open()
    await until(() => this.#caughtUp() > before)
    await this.#idle()
  }

  #isRecorded(message_id: string): boolean {
    return this.denidin.log.lines.some(
      ({ message, fields }) => message === 'Message received' && fields['message_id'] === message_id,
    )
  }

  #caughtUp(): number {
    return this.denidin.log.lines.filter(({ message }) => message === CAUGHT_UP).length
  }

  /** Resolves when nothing is worked on in any chat. */
  async #idle(): Promise<void> {
    for (const chat_id of new Set(this.account.messages.map(each => each.chat_id))) {
      await this.denidin.app.conversation.whenIdle(chat_id)
    }
  }
}
