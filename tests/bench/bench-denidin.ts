import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { App } from '../../src/app/app.ts'
import { createApp } from '../../src/app/create-app.ts'
import { surroundings } from '../../src/app/runtime.ts'
import type { Stores } from '../../src/app/stores.ts'
import { openStores } from '../support/stores.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { SCHEMA } from '../../src/config/schema.ts'
import type { Settings } from '../../src/config/settings.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createWinstonLogger } from '../../src/platform/winston-logger.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { TestChannel } from '../support/test-channel.ts'

export const BENCH_GODFATHER = '15559990000'

/** A whole DeniDin to be measured: real stores, files, log and Chroma; an instant model server in another thread. */
export interface BenchDenidin extends AsyncDisposable {
  readonly app: App
  readonly channel: TestChannel
  /** When the next request for a completion arrives, in milliseconds since the Unix epoch. */
  nextRequest(): Promise<number>
  /** How many requests for a completion have come. */
  completions(): number
}

export interface BenchOptions {
  /** Turns that may run at the same time. */
  readonly concurrency: number
  readonly feature_flags?: Partial<Settings['feature_flags']>
  /** Writes a past into the stores before the bot starts. */
  readonly fill?: (stores: Stores) => Promise<void>
}

export const startBenchDenidin = async (options: BenchOptions): Promise<BenchDenidin> => {
  await using cleanup = new AsyncDisposableStack()
  const { path } = cleanup.use(await temporaryFolder())
  const worker = new Worker(join(import.meta.dirname, 'model-worker.ts'))
  cleanup.defer(async () => {
    await worker.terminate()
  })
  const [{ port }] = (await once(worker, 'message')) as [{ port: number }]
  let completions = 0
  let waiting: ((arrived: number) => void)[] = []
  worker.on('message', ({ arrived }: { arrived: number }) => {
    completions++
    for (const resolve of waiting.splice(0)) resolve(arrived)
    waiting = []
  })

  const base_url = `http://127.0.0.1:${String(port)}/v1`
  const file = join(path, 'config.json')
  writeFileSync(
    file,
    JSON.stringify({
      feature_flags: { enable_memory_system: true, ...options.feature_flags },
      godfather_phone: BENCH_GODFATHER,
      ai: { base_url, model: 'instant', ...('idle_check' in SCHEMA.ai ? { idle_check: false } : undefined) },
      embeddings: { model: 'instant-embedding' },
      conversation: {
        debounce_ms: 0,
        max_concurrent_turns: options.concurrency,
        // The measured messages come as fast as a program's. Earlier versions do not know the key.
        ...('bot_loop_minutes' in SCHEMA.conversation ? { bot_loop_minutes: 0 } : undefined),
        pacing: { characters_per_second: 0, chat_gap_ms: 0, global_gap_ms: 0 },
      },
      memory: { longterm: { min_similarity: 0 } },
      whatsapp: { enabled: false },
    }),
  )
  const { settings, origins } = loadSettings({ environment: {}, file, cwd: path })
  const logger = createWinstonLogger({ ...settings, console: false }, systemClock)
  cleanup.defer(() => logger.close())
  if (options.fill !== undefined) {
    using stores = openStores(settings, surroundings(settings, logger))
    await options.fill(stores)
  }
  const channel = new TestChannel()
  const app = cleanup.use(
    await createApp({
      settings,
      origins,
      parts: surroundings(settings, logger),
      version: 'bench',
      channels: [channel],
    }),
  )
  await app.start()
  const kept = cleanup.move()
  return {
    app,
    channel,
    nextRequest: () => new Promise(resolve => waiting.push(resolve)),
    completions: () => completions,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Resolves when a chat is answered, and everything that was said is indexed and embedded. */
export const settle = async ({ app }: BenchDenidin, chat_id: string): Promise<void> => {
  await app.conversation.whenIdle(chat_id)
  await app.messageIndex.whenIdle()
  await app.memory.whenIdle()
  await app.messageVectors.whenIdle()
}
