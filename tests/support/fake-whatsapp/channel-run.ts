import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Channel } from '../../../src/channels/channel.ts'
import type { LinkState } from '../../../src/channels/whatsapp/link-state.ts'
import type { WhatsAppDeadlines } from '../../../src/channels/whatsapp/settings.ts'
import { createWhatsAppChannel } from '../../../src/channels/whatsapp/whatsapp-channel.ts'
import type { IncomingMessage } from '../../../src/messages/message.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { systemIds } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import type { FakeWhatsApp } from './fake-whatsapp.ts'
import { noChanges } from '../no-changes.ts'
import { Heard } from './heard.ts'
import { testBrowser } from './test-browser.ts'

export interface ChannelRunOptions {
  readonly pairing_phone?: string
  readonly deadlines?: Partial<WhatsAppDeadlines>
  /** Rejects to say that a message was not recorded. */
  record?(message: IncomingMessage): Promise<void>
}

/** A WhatsApp channel on a fake WhatsApp, with all that it says kept for a test to look at. */
export class ChannelRun implements AsyncDisposable {
  readonly channel: Channel
  readonly fake: FakeWhatsApp
  readonly data_dir: string
  readonly messages = new Heard<IncomingMessage>()
  readonly states = new Heard<LinkState>()
  readonly qrs = new Heard<string>()
  readonly pairing_codes = new Heard<string>()
  /** How often the channel said that it can send. */
  readies = 0
  readonly #options: ChannelRunOptions

  private constructor(fake: FakeWhatsApp, browser_path: string, data_dir: string, options: ChannelRunOptions) {
    this.fake = fake
    this.data_dir = data_dir
    this.#options = options
    this.channel = createWhatsAppChannel({
      settings: { pairing_phone: options.pairing_phone, browser_path, browser_args: fake.browser_args },
      data_dir,
      environment: process.env,
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      show: {
        qr: text => {
          this.qrs.add(text)
        },
        pairingCode: code => {
          this.pairing_codes.add(code)
        },
      },
      deadlines: options.deadlines ?? {},
      onState: state => {
        this.states.add(state)
      },
    })
  }

  /** A channel that is not started yet. */
  static async make(fake: FakeWhatsApp, options: ChannelRunOptions = {}): Promise<ChannelRun> {
    return new ChannelRun(fake, await testBrowser(), await mkdtemp(join(tmpdir(), 'denidin-whatsapp-')), options)
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

  async start(): Promise<void> {
    await this.channel.start({
      ...noChanges,
      message: async message => {
        await this.#options.record?.(message)
        this.messages.add(message)
      },
      ready: () => {
        this.readies += 1
      },
    })
  }

  /** Waits until the channel comes to this state, also when that was before. */
  async reached(phase: LinkState['phase']): Promise<LinkState> {
    return await this.states.next(state => state.phase === phase)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.channel.stop()
    await rm(this.data_dir, { recursive: true, force: true })
  }
}
