import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from '../../src/app/app.ts'
import { createApp } from '../../src/app/create-app.ts'
import { openStores } from './stores.ts'
import { surroundings, type Runtime } from '../../src/app/runtime.ts'
import type { Channel } from '../../src/channels/channel.ts'
import { loadSettings, type LoadedSettings } from '../../src/config/load-settings.ts'
import type { Settings } from '../../src/config/settings.ts'
import { PrometheusMetrics } from '../../src/platform/prometheus-metrics.ts'
import { memoryLog, type MemoryLog } from './memory-log.ts'
import { ScriptedModelServer } from './model-server.ts'
import { writeNewDatabase } from './new-database.ts'
import { ShiftedClock } from './shifted-clock.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { TestChannel } from './test-channel.ts'

export type Json = {
  readonly [key: string]: string | number | boolean | null | readonly string[] | readonly Json[] | Json
}

export const GODFATHER = '15559990000'

/** Makes the channels of a DeniDin, anew each time that it is opened. */
export type ChannelsOf = (settings: Settings, parts: Runtime) => readonly Channel[]

/**
 * A whole DeniDin for a test: real stores and files in a folder of its own, real Chroma, a scripted model server over
 * HTTP, and a channel that the test steers. `restart` closes it and opens it again on the same data.
 */
export class TestDenidin implements AsyncDisposable {
  readonly folder: string
  readonly models: ScriptedModelServer
  readonly clock = new ShiftedClock()
  readonly log: MemoryLog = memoryLog()
  channel = new TestChannel()
  metrics = new PrometheusMetrics()
  /** Variables that hold from the next opening. */
  environment: Readonly<Record<string, string>> = {}
  #app: App | undefined
  #config: Json
  readonly #channels: ChannelsOf | undefined
  readonly #cleanup: AsyncDisposableStack

  private constructor(
    folder: string,
    models: ScriptedModelServer,
    config: Json,
    channels: ChannelsOf | undefined,
    cleanup: AsyncDisposableStack,
  ) {
    this.#channels = channels
    this.folder = folder
    this.models = models
    this.#config = config
    this.#cleanup = cleanup
  }

  /**
   * @param config keys of the configuration file that differ from the test's own.
   * @param channels other channels than the one that a test steers.
   */
  static async start(
    config: Json = {},
    channels?: ChannelsOf,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<TestDenidin> {
    await using cleanup = new AsyncDisposableStack()
    const folder = cleanup.use(await temporaryFolder())
    const models = cleanup.use(await ScriptedModelServer.start())
    const denidin = new TestDenidin(folder.path, models, config, channels, cleanup.move())
    denidin.environment = environment
    writeNewDatabase(denidin.settings().data_root)
    await denidin.open()
    return denidin
  }

  get app(): App {
    if (this.#app === undefined) throw new Error('DeniDin is closed')
    return this.#app
  }

  /** Path of a file below the data folder. */
  data(...path: readonly string[]): string {
    return join(this.folder, 'data', ...path)
  }

  settings(): Settings {
    return this.load().settings
  }

  async open(): Promise<void> {
    this.channel = new TestChannel()
    const metrics = new PrometheusMetrics()
    this.metrics = metrics
    const { settings, origins } = this.load()
    const parts = surroundings(settings, this.log, { clock: this.clock, metrics, registry: async () => metrics })
    const channels = this.#channels?.(settings, parts) ?? [this.channel]
    this.#app = await createApp({ settings, origins, parts, version: 'test', channels })
    await this.#app.start()
  }

  async close(): Promise<void> {
    const app = this.#app
    this.#app = undefined
    await app?.[Symbol.asyncDispose]()
  }

  /** Leaves a message on disk as a process does that recorded it and died before it answered. DeniDin must be closed. */
  async leaveUnanswered(text: string, chat_id = '15550001111@c.us', account?: string): Promise<void> {
    const settings = this.settings()
    using stores = openStores(settings, surroundings(settings, this.log, { clock: this.clock }))
    const sender = { identities: [{ kind: 'phone', value: chat_id.replace(/@.*/, '') } as const] }
    const { person_id } = await stores.people.resolve(sender)
    await stores.messages.inbox.receive({
      message: {
        message_id: `left-${text}`,
        chat_id,
        chat_kind: 'direct',
        sender,
        text,
        sent_at: this.clock.now(),
        addressed: true,
        may_continue: true,
        ...(account === undefined ? {} : { account }),
      },
      person_id,
      scope: `person:${person_id}`,
      received_at: this.clock.now(),
      state: 'received',
      tokens: settings.feature_flags.enable_memory_system ? 5 : undefined,
    })
  }

  /** Resolves when everything that was said is embedded and indexed. */
  async whenIdle(): Promise<void> {
    await this.app.memory.whenIdle()
    await this.app.messageVectors.whenIdle()
    await this.app.messageIndex.whenIdle()
  }

  /** Closes and opens again, with other keys of the configuration if given. */
  async restart(config: Json = this.#config): Promise<void> {
    await this.close()
    this.#config = config
    await this.open()
  }

  /** A person writes something; resolves with the reply. */
  async say(text: string, from: { readonly phone?: string; readonly name?: string } = {}): Promise<string> {
    const chat_id = `${from.phone ?? '15550001111'}@c.us`
    const before = this.channel.sent.length
    await this.channel.deliver({
      text,
      chat_id,
      // By the clock of the test: a message from the moved clock's past would be too old to be answered.
      sent_at: this.clock.now(),
      ...(from.name === undefined
        ? {}
        : { sender: { identities: [{ kind: 'phone', value: chat_id.replace(/@.*/, '') }], name: from.name } }),
    })
    await this.app.conversation.whenIdle(chat_id)
    const replies = this.channel.sent.slice(before).filter(each => each.chat_id === chat_id)
    return replies.map(each => each.text).join('\n')
  }

  /** The contents of the last request for a completion, one message a line. */
  lastRequest(): string {
    const request = this.models.of('completion').at(-1)
    return (request?.body.messages ?? []).map(each => `${each.role}: ${each.content}`).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
    await this.#cleanup.disposeAsync()
  }

  /** The settings, with where each comes from. */
  load(): LoadedSettings {
    const file = join(this.folder, 'config.json')
    writeFileSync(file, JSON.stringify(merged(this.#defaults(), this.#config)))
    return loadSettings({ environment: this.environment, file, cwd: this.folder })
  }

  #defaults(): Json {
    return {
      // An Ollama that happens to run on this machine is not asked.
      feature_flags: { enable_memory_system: true, enable_ollama: false },
      godfather_phone: GODFATHER,
      openai_api_key: 'sk-test-secret',
      // Tests count the calls of models.
      ai: { base_url: this.models.base_url, model: 'scripted', retries: 0, timeout_seconds: 20, idle_check: false },
      embeddings: { model: 'scripted-embedding' },
      conversation: {
        debounce_ms: 0,
        pacing: { characters_per_second: 0, chat_gap_ms: 0, global_gap_ms: 0 },
      },
      memory: { longterm: { min_similarity: 0.2 } },
      whatsapp: { enabled: false },
    }
  }
}

const merged = (base: Json, over: Json): Json => {
  const result: Record<string, Json[string]> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const before = result[key]
    result[key] = isTree(before) && isTree(value) ? merged(before, value) : value
  }
  return result
}

const isTree = (value: Json[string] | undefined): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
