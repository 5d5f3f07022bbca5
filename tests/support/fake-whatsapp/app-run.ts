import { createChannels } from '../../../src/app/channels.ts'
import { markedBrowsers, markOf } from '../../../src/channels/whatsapp/wwebjs/browser-process.ts'
import type { ConnectionState } from '../../../src/channels/whatsapp/connection-state.ts'
import type { WhatsAppDeadlines } from '../../../src/channels/whatsapp/create-whatsapp-channel.ts'
import { TestDenidin, type Json } from '../denidin.ts'
import { hold, lastUserMessage, reply, type HeldAnswer } from '../model-server.ts'
import { FAST } from './both-sides.ts'
import { FakeWhatsApp, type FakeWhatsAppOptions } from './fake-whatsapp.ts'
import { Heard } from './heard.ts'
import type { SentMessage, WireMessage } from './protocol.ts'
import { testBrowser } from './test-browser.ts'

export interface AppRunOptions {
  /** Keys of the configuration file that differ from the test's own. */
  readonly config?: Json
  readonly browser_args?: readonly string[]
  readonly deadlines?: Partial<WhatsAppDeadlines>
  readonly fake?: FakeWhatsAppOptions
}

/** Every browser was well for long enough, so that one fault does not slow down the next; nothing takes long. */
const DEADLINES: Partial<WhatsAppDeadlines> = { ...FAST, stable_ms: 1, longest_retry_ms: 400, confirm_ms: 3000 }

const OPERATOR = { transport: 'cli', level: 'operator' } as const

/** Phones are given out over all runs of a process, so that no two people share one. */
let phones = 0

/** Somebody with a phone who talks to the bot. */
export class Caller {
  readonly chat_id: string
  readonly #fake: FakeWhatsApp
  readonly #name: string

  constructor(fake: FakeWhatsApp, name: string) {
    this.#fake = fake
    this.#name = name
    this.chat_id = `1555${String(1_000_000 + ++phones)}@c.us`
  }

  /** Writes; the words carry the writer's name, so that they can be told from everybody else's. */
  says(text: string): WireMessage {
    return this.#fake.receive({ from: this.chat_id, text: `${this.#name}: ${text}`, name: this.#name })
  }

  /** Resolves when the phone has the answer to these words. */
  async hears(text: string): Promise<SentMessage> {
    const body = `You said: ${this.#name}: ${text}`
    const { message } = await this.#fake.journal.next(
      'sent',
      each => each.message.chat === this.chat_id && each.message.body === body,
    )
    return message
  }

  /** A message and its answer. */
  async talks(text: string): Promise<void> {
    this.says(text)
    await this.hears(text)
  }
}

/** A whole DeniDin on a fake WhatsApp in a real browser, hurried; long-term memory is off. */
export class AppRun implements AsyncDisposable {
  readonly fake: FakeWhatsApp
  readonly denidin: TestDenidin
  readonly states: Heard<ConnectionState>
  readonly #cleanup: AsyncDisposableStack

  private constructor(
    fake: FakeWhatsApp,
    denidin: TestDenidin,
    states: Heard<ConnectionState>,
    cleanup: AsyncDisposableStack,
  ) {
    this.fake = fake
    this.denidin = denidin
    this.states = states
    this.#cleanup = cleanup
  }

  /** One that has never been linked. */
  static async start(options: AppRunOptions = {}): Promise<AppRun> {
    await using cleanup = new AsyncDisposableStack()
    const fake = cleanup.use(await FakeWhatsApp.start(options.fake))
    const states = new Heard<ConnectionState>()
    const config = {
      memory: { longterm: { enabled: false } },
      whatsapp: {
        enabled: true,
        browser_path: await testBrowser(),
        browser_memory_mb: 100_000,
        browser_args: [...fake.browser_args, ...(options.browser_args ?? [])],
      },
      ...options.config,
    }
    const watched = {
      deadlines: { ...DEADLINES, ...options.deadlines },
      onState: (state: ConnectionState) => {
        states.add(state)
      },
    }
    const denidin = await TestDenidin.start(config, (settings, parts) =>
      createChannels(settings, parts, () => undefined, watched),
    )
    cleanup.use(denidin)
    return new AppRun(fake, denidin, states, cleanup.move())
  }

  /** One that is linked and ready, with its login on disk: a browser writes it in its own time, and certainly at a stop. */
  static async linked(options: AppRunOptions = {}): Promise<AppRun> {
    const run = await AppRun.start(options)
    await run.link()
    await run.restart()
    return run
  }

  /** Scans the code that is, or will be, shown; resolves when WhatsApp is ready. */
  async link(): Promise<void> {
    await this.reached('qr')
    this.fake.scan()
    await this.reached('ready')
  }

  /** Closes DeniDin and opens it on the same data; resolves when WhatsApp is ready. */
  async restart(): Promise<void> {
    await this.denidin.close()
    this.skip()
    await this.denidin.open()
    await this.reached('ready')
    this.skip()
  }

  caller(name: string): Caller {
    return new Caller(this.fake, name)
  }

  /** Waits until WhatsApp comes to this state, also when that was before; for the reason as well where one is given. */
  async reached(state: ConnectionState['state'], reason = /./): Promise<ConnectionState> {
    return await this.states.next(each => each.state === state && reason.test(each.detail))
  }

  /** Forgets what was heard so far. */
  skip(): void {
    this.states.skip()
    this.fake.journal.skip()
  }

  /** Holds back the model's next answer; it will be the one that callers expect. */
  holdModel(): HeldAnswer {
    const held = hold(reply(request => `You said: ${lastUserMessage(request)}`))
    this.denidin.models.next('completion', held.answer)
    return held
  }

  /** What `denidin status` says. */
  async status(): Promise<Readonly<Record<string, unknown>>> {
    return await this.denidin.app.runner.run('status', {}, { caller: OPERATOR })
  }

  /** A part of `denidin status`. */
  async part(name: string): Promise<{ readonly state: string; readonly detail: string } | undefined> {
    const { parts } = (await this.status()) as { parts: { name: string; state: string; detail: string }[] }
    return parts.find(part => part.name === name)
  }

  /** Folder of the login. */
  get login_dir(): string {
    return this.denidin.data('whatsapp')
  }

  /** Process ids of the browsers that run for this DeniDin. */
  browsers(): Promise<readonly number[]> {
    return markedBrowsers(markOf(this.login_dir))
  }

  /** Resolves when nothing is being worked on in a chat. */
  async settled(...callers: readonly Caller[]): Promise<void> {
    for (const { chat_id } of callers) await this.denidin.app.conversation.whenIdle(chat_id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup.disposeAsync()
  }
}
