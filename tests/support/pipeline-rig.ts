// The pipeline and the end of sessions over real stores and files, with a model in this process and without Chroma: for
// tests that make a certain step fail.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClosing } from '../../src/app/session-lifecycle.ts'
import { createLearning } from '../../src/app/learning.ts'
import { createDelivery, createScheduler } from '../../src/app/delivery.ts'
import { createProfileSource, createTurnBudgets } from '../../src/app/budget.ts'
import { createPipeline } from '../../src/app/pipeline.ts'
import type { Stores } from '../../src/app/stores.ts'
import { openStores } from './stores.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { MeasuredTexts } from '../../src/conversation/packing/measured-texts.ts'
import { RecallOverrides } from '../../src/conversation/recall-overrides.ts'
import type { CommandHandler } from '../../src/conversation/command-handler.ts'
import type { Conversation } from '../../src/conversation/conversation.ts'
import type { SessionLifecycle } from '../../src/learning/session-lifecycle.ts'
import type { LongTermMemory } from '../../src/memory/long-term-memory.ts'
import { createNoLongTermMemory } from '../../src/memory/no-long-term-memory.ts'
import { noSharedMemory } from '../../src/memory/shared-memory.ts'
import { noSearch } from '../../src/retrieval/search-service.ts'
import type { CallContext, Completion, CompletionRequest, LanguageModel } from '../../src/models/language-model.ts'
import { HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { noTurnObserver } from '../../src/rollout/answered-turn.ts'
import type { SessionBrowser } from '../../src/sessions/session.ts'
import { createSessions, type Sessions } from '../../src/sessions/sessions.ts'
import { statelessSessions } from '../../src/sessions/stateless-sessions.ts'
import { everyone } from './everyone.ts'
import { memoryLog } from './memory-log.ts'
import { ownPolicy } from './memory-recall.ts'
import { noEmbedder } from './no-embedder.ts'
import { ShiftedClock } from './shifted-clock.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { TestChannel } from './test-channel.ts'

/** The real clock, which a test may set forward, on which nobody sleeps long, and whose minutes pass when it says so. */
class HastyClock extends ShiftedClock {
  readonly #timers = new Set<() => void>()

  override async sleep(_milliseconds: number, signal?: AbortSignal): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
    signal?.throwIfAborted()
  }

  override after(milliseconds: number, run: () => void): Disposable {
    if (milliseconds < MINUTE_MS) return super.after(milliseconds, run)
    this.#timers.add(run)
    return {
      [Symbol.dispose]: () => {
        this.#timers.delete(run)
      },
    }
  }

  /** Lets an hour pass: what waits for a minute or longer is due. */
  longAfter(): void {
    this.pass(HOUR_MS)
    for (const run of [...this.#timers]) {
      this.#timers.delete(run)
      run()
    }
  }
}

/** A model that says the last thing back, or does what the test tells it. */
export class TestModel implements LanguageModel {
  readonly provider = 'test'
  readonly model = 'test'
  readonly requests: CompletionRequest[] = []
  /** For the next calls, in order. */
  readonly script: ((request: CompletionRequest, call: CallContext) => Promise<string>)[] = []

  async complete(request: CompletionRequest, call: CallContext): Promise<Completion> {
    this.requests.push(request)
    const act = this.script.shift()
    const text = act === undefined ? `You said: ${request.messages.at(-1)?.content ?? ''}` : await act(request, call)
    return { text, usage: { input_tokens: 1, output_tokens: 1 } }
  }
}

export interface PipelineRigOptions {
  /** Keys of the configuration. */
  readonly config?: object
  /** Puts something between the parts and the stores, such as a step that fails. */
  readonly wrap?: (stores: Stores) => Stores
  readonly wrapMemory?: (memory: LongTermMemory) => LongTermMemory
  readonly wrapModel?: (model: LanguageModel) => LanguageModel
  /** CommandHandler are switched off unless given. */
  readonly commands?: CommandHandler
}

const NO_COMMANDS: CommandHandler = {
  recognises: () => false,
  withdrawal: () => Promise.resolve(undefined),
  dropQuestion: () => undefined,
  run: () => Promise.resolve(''),
}

/** Everything that one process holds; a crash is to forget it and make another over the same folder. */
export interface PipelineProcess {
  readonly stores: Stores
  readonly conversation: Conversation
  readonly closing: SessionLifecycle
  readonly sessions: Sessions & SessionBrowser
  readonly stopping: AbortController
  /** Resolves when no work of any conversation is left. */
  readonly whenIdle: () => Promise<void>
}

/** One data folder and the processes that come and go over it. */
export class PipelineRig implements AsyncDisposable {
  readonly channel = new TestChannel()
  readonly model = new TestModel()
  readonly log = memoryLog()
  readonly clock = new HastyClock()
  readonly #folder: string
  readonly #cleanup: AsyncDisposableStack
  #process: PipelineProcess | undefined

  private constructor(folder: string, cleanup: AsyncDisposableStack) {
    this.#folder = folder
    this.#cleanup = cleanup
  }

  static async start(options: PipelineRigOptions = {}): Promise<PipelineRig> {
    await using cleanup = new AsyncDisposableStack()
    const folder = cleanup.use(await temporaryFolder())
    const rig = new PipelineRig(folder.path, cleanup.move())
    await rig.open(options)
    return rig
  }

  get process(): PipelineProcess {
    if (this.#process === undefined) throw new Error('no process is running')
    return this.#process
  }

  /** Path of a file below the data folder. */
  data(...path: readonly string[]): string {
    return join(this.#folder, 'data', ...path)
  }

  async open(options: PipelineRigOptions = {}): Promise<void> {
    const file = join(this.#folder, 'config.json')
    const base = {
      feature_flags: { enable_memory_system: true },
      conversation: { debounce_ms: 0 },
      whatsapp: { enabled: false },
      ai: { provider: 'offline' },
    }
    writeFileSync(file, JSON.stringify({ ...base, ...options.config }))
    const { settings } = loadSettings({ environment: {}, file, cwd: this.#folder })
    const parts = surroundings(settings, this.log, { clock: this.clock })
    const real = openStores(settings, parts)
    const stores = options.wrap?.(real) ?? real
    const stored: LongTermMemory = {
      ...createNoLongTermMemory(stores.memories),
      store: memory => stores.memories.add(memory),
    }
    const memory = options.wrapMemory?.(stored) ?? stored
    const model = options.wrapModel?.(this.model) ?? this.model
    const timeout_ms = settings.memory.session.session_timeout_hours * HOUR_MS
    const sessions = createSessions({ ...parts, ...stores, timeout_ms })
    const stopping = new AbortController()
    const scheduler = createScheduler(settings, parts)
    const { exclusive } = scheduler
    const windows = settings.feature_flags.enable_memory_system ? sessions : statelessSessions
    const remembers = async (): Promise<boolean> => settings.feature_flags.enable_memory_system
    const delivery = createDelivery(
      { settings, stores, windows, channels: [this.channel], exclusive, stopping: stopping.signal, remembers },
      parts,
    )
    const { conversation, events } = await createPipeline(
      {
        settings,
        stores,
        scheduler,
        delivery,
        model,
        budgets: createTurnBudgets(settings, createProfileSource(settings, parts)),
        sessions: { windows, ended: () => undefined, changed: () => undefined },
        recall: {
          search: noSearch,
          sharedOf: () => Promise.resolve(noSharedMemory),
          scopes: ownPolicy,
          profileOf: () => Promise.resolve([]),
          recallOverrides: new RecallOverrides(),
          measured: new MeasuredTexts(),
        },
        commands: options.commands ?? NO_COMMANDS,
        rollout: { remembers, observer: noTurnObserver },
      },
      parts,
    )
    const learning = createLearning(
      { settings, stores, memory, model, embedder: noEmbedder, providers: [{ name: 'test', model }], gate: everyone },
      parts,
    )
    const closing = createClosing({ settings, stores, sessions, memory, learning, exclusive, timeout_ms }, parts)
    this.#process = { stores, conversation, closing, sessions, stopping, whenIdle: () => scheduler.drain() }
    await conversation.recover()
    await this.channel.start({ ...events, ready: () => void conversation.sendHeld().catch(() => undefined) })
  }

  /** Ends the process as kill -9 does: nothing is finished, nothing more is written. */
  async crash(): Promise<void> {
    const { stores } = this.process
    this.#process = undefined
    await this.channel.stop()
    stores[Symbol.dispose]()
  }

  async close(): Promise<void> {
    const running = this.#process
    if (running === undefined) return
    this.#process = undefined
    running.stopping.abort()
    await running.conversation.drain()
    running.stores[Symbol.dispose]()
  }

  /** A person writes; resolves with what was sent to the chat. */
  async say(text: string, chat_id = '15550001111@c.us'): Promise<string> {
    const before = this.channel.sent.length
    await this.channel.deliver({ text, chat_id })
    await this.process.conversation.whenIdle(chat_id)
    return this.channel.sent
      .slice(before)
      .filter(each => each.chat_id === chat_id)
      .map(each => each.text)
      .join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
    await this.#cleanup.disposeAsync()
  }
}
