import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OperationsClient } from '../../../src/operations/client.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { PROFILE_FOLDER } from '../../../src/channels/whatsapp/wwebjs/client.ts'
import { ScriptedModelServer, type ScriptedModelServerOptions } from '../model-server.ts'
import { ScriptHome } from '../script-run.ts'
import { mountDisk, type MountedDisk } from '../small-disk.ts'
import { clientOf, startLife, type Life } from './life.ts'
import { FakeWhatsApp, type FakeWhatsAppOptions } from './fake-whatsapp.ts'
import { processesOf, type Seen } from './process-list.ts'
import { testBrowser } from './test-browser.ts'

const LOOK_MS = 10

export interface BotRunOptions {
  readonly settings?: Readonly<Record<string, unknown>>
  readonly ai?: Readonly<Record<string, unknown>>
  readonly fake?: FakeWhatsAppOptions
  readonly models?: ScriptedModelServerOptions
  /** The data is on a disk of its own of so many bytes. */
  readonly disk_bytes?: number
}

/**
 * The real bot as an operator runs it, life after life: `bin/denidin-bot` with WhatsApp in a real browser, a real Chroma
 * and a model server. The phone, the fake WhatsApp, outlives its lives.
 */
export class BotRun implements AsyncDisposable {
  readonly fake: FakeWhatsApp
  readonly models: ScriptedModelServer
  readonly home: ScriptHome
  life: Life | undefined
  /** The disk of the data, if it is one of its own. */
  readonly disk: MountedDisk | undefined

  private constructor(fake: FakeWhatsApp, models: ScriptedModelServer, home: ScriptHome, disk?: MountedDisk) {
    this.disk = disk
    this.fake = fake
    this.models = models
    this.home = home
  }

  /** A bot that was never started. Nothing in it waits for manners: no debounce, no pauses. */
  static async make(options: BotRunOptions = {}): Promise<BotRun> {
    const browser_path = await testBrowser()
    const fake = await FakeWhatsApp.start(options.fake)
    const models = await ScriptedModelServer.start({ instant: true, ...options.models })
    const home = new ScriptHome({
      openai_api_key: 'sk-test',
      ai: { base_url: models.base_url, model: 'scripted', retries: 0, ...options.ai },
      embeddings: { model: 'scripted-embedding', provider: 'openai' },
      conversation: {
        debounce_ms: 0,
        pacing: { characters_per_second: 0, chat_gap_ms: 0, global_gap_ms: 0 },
      },
      whatsapp: { enabled: true, browser_path, browser_args: fake.browser_args },
      ...options.settings,
    })
    if (options.disk_bytes === undefined) return new BotRun(fake, models, home)
    mkdirSync(home.data)
    return new BotRun(fake, models, home, mountDisk(home.data, options.disk_bytes))
  }

  /** A bot that was linked and stopped in good order, so that its login is on disk. */
  static async linked(options: BotRunOptions = {}): Promise<BotRun> {
    const run = await BotRun.make(options)
    const life = run.start()
    await life.shows('code')
    run.fake.scan()
    await life.up
    await life.end('SIGTERM')
    return run
  }

  /** Starts the process; `environment` is laid over one that holds next to nothing. */
  start(environment: Readonly<Record<string, string>> = {}): Life {
    this.life = startLife(this.home, environment)
    return this.life
  }

  /** Asks the running bot, as the `denidin` command does. */
  client(): Promise<OperationsClient> {
    return clientOf(this.home)
  }

  /** The log so far. */
  log(): string {
    return readFileSync(join(this.home.logs, 'denidin.log'), 'utf8')
  }

  logLength(): number {
    try {
      return this.log().length
    } catch {
      return 0
    }
  }

  /** Resolves when a line of the log, from the character `from` on, matches. */
  async logs(pattern: RegExp, from = 0): Promise<void> {
    while (this.logLength() <= from || !pattern.test(this.log().slice(from))) await systemClock.sleep(LOOK_MS)
  }

  /** Browsers on this bot's login: one a browser, without the processes that it made. */
  async browsers(): Promise<readonly Seen[]> {
    const profile = `--user-data-dir=${join(this.home.data, 'whatsapp', PROFILE_FOLDER)}`
    return (await processesOf(profile)).filter(({ args }) => !args.some(arg => arg.startsWith('--type=')))
  }

  /** Chroma servers on this bot's index. */
  chromas(): Promise<readonly Seen[]> {
    return processesOf(join(this.home.data, 'memory'))
  }

  /** Everything that still runs on this bot's folders. */
  leftovers(): Promise<readonly Seen[]> {
    return processesOf(this.home.folder)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.life?.child.exitCode === null && this.life.child.signalCode === null) await this.life.end('SIGKILL')
    for (const { pid } of await this.leftovers()) process.kill(pid, 'SIGKILL')
    while ((await this.leftovers()).length > 0) await systemClock.sleep(LOOK_MS)
    await this.models[Symbol.asyncDispose]()
    await this.fake[Symbol.asyncDispose]()
    this.disk?.[Symbol.dispose]()
    await this.home[Symbol.asyncDispose]()
  }
}
