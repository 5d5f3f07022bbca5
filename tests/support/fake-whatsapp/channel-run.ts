import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Channel, ChannelEvents, BackfilledChat } from '../../../src/channels/channel.ts'
import { markedBrowsers, markOf } from '../../../src/channels/whatsapp/wwebjs/browser-process.ts'
import type { ConnectionState } from '../../../src/channels/whatsapp/connection-state.ts'
import {
  createWhatsAppChannel,
  type WhatsAppDeadlines,
} from '../../../src/channels/whatsapp/create-whatsapp-channel.ts'
import type { IncomingMessage } from '../../../src/messages/message.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { systemIds } from '../../../src/platform/ids.ts'
import { memoryLog, type MemoryLog } from '../memory-log.ts'
import type { FakeWhatsApp } from './fake-whatsapp.ts'
import { noChanges } from '../no-changes.ts'
import { Heard } from './heard.ts'
import { testBrowser } from './test-browser.ts'

export interface ChannelRunOptions {
  readonly pairing_phone?: string
  readonly browser_args?: readonly string[]
  readonly browser_memory_mb?: number
  readonly deadlines?: Partial<WhatsAppDeadlines>
  /** Listens to what happens besides messages. */
  readonly changes?: Partial<ChannelEvents>
  /** Rejects to say that a message was not recorded. */
  record?(message: IncomingMessage): Promise<void>
}

/** A WhatsApp channel on a fake WhatsApp, with all that it says kept for a test to look at. */
export class ChannelRun implements AsyncDisposable {
  readonly channel: Channel
  readonly fake: FakeWhatsApp
  readonly data_dir: string
  readonly messages = new Heard<IncomingMessage>()
  /** What was said in chats while nobody listened; its messages stand in `messages` too. */
  readonly missed = new Heard<BackfilledChat>()
  /** Up to when each chat was heard. */
  readonly heard = new Map<string, number>()
  readonly states = new Heard<ConnectionState>()
  readonly qrs = new Heard<string>()
  readonly pairing_codes = new Heard<string>()
  readonly log: MemoryLog = memoryLog()
  /** How often the channel said that it can send. */
  readies = 0
  readonly #options: ChannelRunOptions

  private constructor(fake: FakeWhatsApp, browser_path: string, data_dir: string, options: ChannelRunOptions) {
    this.fake = fake
    this.data_dir = data_dir
    this.#options = options
    this.channel = createWhatsAppChannel({
      settings: {
        pairing_phone: options.pairing_phone,
        browser_path,
        browser_args: [...fake.browser_args, ...(options.browser_args ?? [])],
        browser_memory_mb: options.browser_memory_mb ?? 100_000,
      },
      data_dir,
      // What the machine speaks must not matter.
      environment: { ...process.env, LANGUAGE: 'de_DE', LANG: 'de_DE.UTF-8' },
      clock: systemClock,
      ids: systemIds,
      logger: this.log,
      deadlines: options.deadlines ?? {},
      onState: state => {
        this.#stateChanged(state)
      },
    })
  }

  /** A channel that is not started yet, on a data folder of its own unless one is given. */
  static async make(fake: FakeWhatsApp, options: ChannelRunOptions = {}, data_dir?: string): Promise<ChannelRun> {
    const folder = data_dir ?? (await mkdtemp(join(tmpdir(), 'denidin-whatsapp-')))
    return new ChannelRun(fake, await testBrowser(), folder, options)
  }

  /** A channel that was linked by scanning its code, and is ready. */
  static async linked(fake: FakeWhatsApp, options: ChannelRunOptions = {}): Promise<ChannelRun> {
    const run = await ChannelRun.make(fake, options)
    await run.start()
    await run.qrs.next()
    fake.scan()
    await run.reached('ready')
    return run
  }

  /** A linked channel whose login is on disk: a browser writes its profile in its own time, and certainly at a stop. */
  static async settled(fake: FakeWhatsApp, options: ChannelRunOptions = {}): Promise<ChannelRun> {
    const run = await ChannelRun.linked(fake, options)
    await run.channel.stop()
    run.skip()
    await run.start()
    await run.reached('ready')
    run.skip()
    return run
  }

  /** Forgets what was heard so far. */
  skip(): void {
    for (const heard of [this.messages, this.missed, this.states, this.qrs, this.pairing_codes]) heard.skip()
    this.fake.journal.skip()
  }

  /** Folder of the login. */
  get login_dir(): string {
    return join(this.data_dir, 'whatsapp')
  }

  /** Process ids of the browsers that run for this channel. */
  browsers(): Promise<readonly number[]> {
    return markedBrowsers(markOf(this.login_dir))
  }

  async start(): Promise<void> {
    const record = async (message: IncomingMessage): Promise<void> => {
      await this.#options.record?.(message)
      this.messages.add(message)
    }
    await this.channel.start({
      ...noChanges,
      ...this.#options.changes,
      message: async message => {
        await record(message)
        if (message.gapless === true) this.heard.set(message.chat_id, message.sent_at - 1)
      },
      backfilled: async missed => {
        for (const each of missed.said) {
          if (each.by === 'person') await record(each.message)
          else await this.#options.changes?.ownerWrote?.(each.message)
        }
        this.heard.set(missed.chat_id, missed.until)
        this.missed.add(missed)
      },
      recordedUntil: async chat_ids =>
        new Map(
          chat_ids.flatMap(chat_id => (this.heard.has(chat_id) ? [[chat_id, this.heard.get(chat_id) ?? 0]] : [])),
        ),
      ready: () => {
        this.readies += 1
      },
    })
  }

  #stateChanged(next: ConnectionState): void {
    if (next.qr !== undefined) this.qrs.add(next.qr)
    if (next.pairing_code !== undefined) this.pairing_codes.add(next.pairing_code)
    const last = this.states.all.at(-1)
    // A new code alone is no other state.
    if (next.state !== last?.state || next.detail !== last.detail || next.can_send !== last.can_send) {
      this.states.add(next)
    }
  }

  /** Waits until the channel comes to this state, also when that was before. */
  async reached(state: ConnectionState['state']): Promise<ConnectionState> {
    return await this.states.next(each => each.state === state)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.channel.stop()
    await rm(this.data_dir, { recursive: true, force: true })
  }
}
