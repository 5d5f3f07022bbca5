/** Asks an idle model for one word, so that its health is known: a wrong key, a server that is down. */
import { HOUR_MS, MINUTE_MS, SECOND_MS, type Clock } from '../platform/clock.ts'
import { isTrouble, type HealthCheck } from '../platform/health.ts'
import type { Embedder } from './embedder.ts'
import type { LanguageModel } from './language-model.ts'

/** Longest answer to a probe, in tokens. */
const ANSWER_TOKENS = 64
/** Delay after the start, so that the health is known within a minute; most models are used earlier anyway. */
const FIRST_MS = 20 * SECOND_MS
/** How often the probe checks whether the model is due; a failing model is asked each time. */
const LOOK_MS = MINUTE_MS
/** A healthy model is asked again after this long without a call. */
const IDLE_MS = 6 * HOUR_MS

/** Asks for a word. @throws DenidinError as the model does */
export const askForWord = async (language: LanguageModel, signal: AbortSignal): Promise<void> => {
  const messages = [{ role: 'user', content: 'Say “ok”.' }] as const
  await language.complete({ messages, max_tokens: ANSWER_TOKENS, temperature: 0 }, { purpose: 'check', signal })
}

/** Asks for a vector. @throws DenidinError as the embedder does */
export const askForVector = async (embedder: Embedder, signal: AbortSignal): Promise<void> => {
  await embedder.embed(['Are you there?'], { purpose: 'check', signal })
}

/** Health of a model, and when it was last asked. */
export interface ProbedHealth extends HealthCheck {
  /** By the monotonic clock; `undefined`: not since the start. */
  readonly asked_at: number | undefined
}

export interface ModelProbeDeps {
  readonly ask: (signal: AbortSignal) => Promise<void>
  /** Learns what becomes of every call. */
  readonly health: ProbedHealth
  readonly clock: Clock
}

export class ModelProbe implements AsyncDisposable {
  readonly #deps: ModelProbeDeps
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(deps: ModelProbeDeps) {
    this.#deps = deps
  }

  /** Name of the model's health. */
  get name(): string {
    return this.#deps.health.name
  }

  start(): void {
    this.#running = this.#rounds()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #rounds(): Promise<void> {
    const { clock, ask } = this.#deps
    const { signal } = this.#stop
    // A sleep and a call end early when the probe is stopped.
    for (let wait_ms = FIRST_MS; ; wait_ms = LOOK_MS) {
      await clock.sleep(wait_ms, signal).catch(() => undefined)
      if (signal.aborted) return
      // The outcome shows in the health of the model.
      if (await this.#isDue()) await ask(signal).catch(() => undefined)
    }
  }

  async #isDue(): Promise<boolean> {
    const { health, clock } = this.#deps
    const { asked_at } = health
    if (asked_at === undefined || clock.monotonic() - asked_at >= IDLE_MS) return true
    return isTrouble((await health.health()).state) && clock.monotonic() - asked_at >= LOOK_MS / 2
  }
}
