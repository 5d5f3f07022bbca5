/** One client per OpenAI-compatible endpoint: deadline, retries and circuit breaker. */
import OpenAI from 'openai'
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { CallContext } from '../language-model.ts'
import { createCircuit, type Circuit } from './circuit.ts'
import { translate } from './openai-errors.ts'
import { openAiFetch } from './openai-fetch.ts'

export interface OpenAiClientSettings {
  /** `undefined` for a server of one's own that wants none. Never logged. */
  readonly api_key: string | undefined
  /** Up to and with the version, such as `http://127.0.0.1:11434/v1`; `undefined`: OpenAI itself. */
  readonly base_url: string | undefined
  /** Seconds for one call, all attempts and the waiting between them together. */
  readonly timeout_seconds: number
  /** Attempts after the first. */
  readonly retries: number
  /** Whether answers are asked for as streams; they are, unless this says no. */
  readonly stream?: boolean
}

export interface OpenAiClientDeps {
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** OpenAI's own address. */
const OPENAI_BASE_URL = 'https://api.openai.com/v1'

/** What the package adds to the address itself; people copy it along. */
const ENDPOINT = /\/(?:chat\/completions|embeddings|models)\/*$/

/** Host and port of an endpoint, for messages. */
export const hostOf = (base_url: string | undefined): string => new URL(base_url ?? OPENAI_BASE_URL).host

const BACKOFF: Backoff = { first_ms: 500, most_ms: 8000 }
/** Asked to wait, we wait a little longer at random, so that not everybody comes back at once. */
const RETRY_AFTER_JITTER = 0.1
const CIRCUIT = { failures: 5, pause_seconds: 30 }
/** The package insists on a key; a server of one's own takes any. */
const NO_KEY = 'none'
/** The longest that a timer can take, 24.8 days: the deadline is ours, on our clock. */
const NO_TIMEOUT_MS = 2 ** 31 - 1

/**
 * One endpoint that speaks OpenAI's protocol: OpenAI, Ollama, vLLM, and the compatible endpoints of Anthropic and
 * Gemini. Every call has a deadline over all of its attempts, repeats what may pass (408, 409, 429, 5xx, a broken
 * connection) with growing, jittered pauses or as `Retry-After` says, and shares a circuit breaker with the others to
 * the same model.
 */
export class OpenAiClient {
  /** Host and port, for messages. */
  readonly host: string
  readonly base_url: string
  /** Whether this is OpenAI itself, not a server that speaks like it. */
  readonly is_openai: boolean
  /** Whether answers are asked for as streams. */
  readonly streams: boolean
  readonly #openai: OpenAI
  readonly #settings: OpenAiClientSettings
  readonly #parts: OpenAiClientDeps
  readonly #logger: Logger
  /** One for each model: an embedding model that fails is not trouble of the one that answers. */
  readonly #circuits = new Map<string, Circuit>()

  constructor(settings: OpenAiClientSettings, parts: OpenAiClientDeps) {
    const baseURL = settings.base_url?.replace(ENDPOINT, '') ?? OPENAI_BASE_URL
    this.base_url = baseURL
    this.streams = settings.stream ?? true
    this.host = new URL(baseURL).host
    this.is_openai = this.host === new URL(OPENAI_BASE_URL).host
    this.#settings = settings
    this.#parts = parts
    this.#logger = parts.logger.for('model')
    this.#openai = new OpenAI({
      apiKey: settings.api_key ?? NO_KEY,
      baseURL,
      fetch: openAiFetch,
      // What is not given here the package would take from the environment.
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      // Its own log would hold requests, and with them people's words.
      logLevel: 'off',
      // Its own repeating ignores our deadline and clock, a Retry-After above 60 s, and bodies cut in the middle.
      maxRetries: 0,
      timeout: NO_TIMEOUT_MS,
    })
  }

  /**
   * Makes one call to a model, repeated where that may help.
   * @throws DenidinError `timeout`, `unavailable` (both retryable), `rejected`, `bad_answer`; or the outer signal's
   * reason when it is aborted first.
   */
  async call<T>(
    model: string,
    act: (openai: OpenAI, signal: AbortSignal) => Promise<T>,
    { signal: outer, chat_id, person_id }: Omit<CallContext, 'purpose'>,
  ): Promise<T> {
    const limit_ms = this.#settings.timeout_seconds * SECOND_MS
    const ends_at = this.#parts.clock.monotonic() + limit_ms
    return await withDeadline(
      this.#parts.clock,
      limit_ms,
      `the answer of ${this.host}`,
      signal => this.#circuitOf(model).run(() => this.#attempts(act, ends_at, signal, outer), chat_id ?? person_id),
      outer,
    )
  }

  #circuitOf(model: string): Circuit {
    const circuit = this.#circuits.get(model) ?? createCircuit(this.host, CIRCUIT, this.#parts.clock, this.#logger)
    this.#circuits.set(model, circuit)
    return circuit
  }

  async #attempts<T>(
    act: (openai: OpenAI, signal: AbortSignal) => Promise<T>,
    ends_at: number,
    signal: AbortSignal,
    outer: AbortSignal | undefined,
  ): Promise<T> {
    const { clock, ids } = this.#parts
    for (let failures = 1; ; failures++) {
      try {
        return await act(this.#openai, signal)
      } catch (thrown) {
        // Called off by whoever asked: no failure of the endpoint, whatever the reason says.
        if (outer?.aborted === true) throw new CalledOff()
        if (signal.aborted) throw signal.reason
        const failed = translate(thrown, this.host, clock)
        this.#logger.debug('Model call failed', {
          host: this.host,
          attempt: failures,
          reason: failed.error.message,
          said: this.#withoutKey(thrown),
        })
        if (!failed.again || failures > this.#settings.retries) throw failed.error
        const asked_ms = failed.retry_after_ms
        const wait_ms =
          asked_ms === undefined
            ? backoffDelay(BACKOFF, failures, ids)
            : asked_ms * (1 + RETRY_AFTER_JITTER * ids.fraction())
        if (clock.monotonic() + wait_ms >= ends_at) throw failed.error
        this.#logger.info('Model call is repeated', {
          host: this.host,
          attempt: failures,
          status: failed.status,
          wait_ms: Math.round(wait_ms),
        })
        await clock.sleep(wait_ms, signal)
      }
    }
  }

  #withoutKey(thrown: unknown): string {
    const said = thrown instanceof Error ? thrown.message : String(thrown)
    const { api_key } = this.#settings
    return (api_key === undefined ? said : said.replaceAll(api_key, '…')).replace(/\bsk-[\w*-]+/g, 'sk-…')
  }
}

/** Never seen outside: the deadline has answered the caller with the signal's reason already. */
class CalledOff extends Error {}
