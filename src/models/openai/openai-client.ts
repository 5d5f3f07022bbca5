/** One client per OpenAI-compatible endpoint: deadline, retries and circuit breaker. */
import type OpenAI from 'openai'
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import { once } from '../../platform/once.ts'
import type { CallContext } from '../language-model.ts'
import { createCircuit, type Circuit } from './circuit.ts'
import { translate } from './openai-errors.ts'
import { openAiFetch } from './openai-fetch.ts'

export interface OpenAiClientSettings {
  /** `undefined` for a self-hosted server that requires none. Never logged. */
  readonly api_key: string | undefined
  /** The address including the version, such as `http://127.0.0.1:11434/v1`; `undefined`: OpenAI itself. */
  readonly base_url: string | undefined
  /** Seconds for one call: all attempts and the pauses between them together. */
  readonly timeout_seconds: number
  /** Attempts after the first. */
  readonly retries: number
  /** Whether answers are requested as streams; on by default. */
  readonly stream?: boolean
}

export interface OpenAiClientDeps {
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** OpenAI's own address. */
export const OPENAI_BASE_URL = 'https://api.openai.com/v1'

/** Paths that the package itself appends; people often copy them into the address. */
const ENDPOINT = /\/(?:chat\/completions|embeddings|models)\/*$/

/** Host and port of an endpoint, for messages. */
export const hostOf = (base_url: string | undefined): string => new URL(base_url ?? OPENAI_BASE_URL).host

const BACKOFF: Backoff = { first_ms: 500, most_ms: 8000 }
/** When a server asks us to wait, we wait a random little longer, so that not all clients return at once. */
const RETRY_AFTER_JITTER = 0.1
const CIRCUIT = { failures: 5, pause_seconds: 30 }
/** The package requires a key; a self-hosted server accepts any. */
const NO_KEY = 'none'
/** The longest time that a timer supports, 24.8 days: we enforce the deadline on our own clock. */
const NO_TIMEOUT_MS = 2 ** 31 - 1

/** Loads the openai package: more than 200 files, which a process that calls no model does not need. */
export const loadPackage = async (): Promise<typeof import('openai')> => await import('openai')

/**
 * One endpoint that speaks OpenAI's protocol: OpenAI, Ollama, vLLM, and the compatible endpoints of Anthropic and
 * Gemini. Each call has a deadline for all of its attempts together. It repeats temporary failures (408, 409, 429, 5xx,
 * a broken connection) with growing, jittered pauses or as `Retry-After` says. All calls to the same model share a
 * circuit breaker.
 */
export class OpenAiClient {
  /** Host and port, for messages. */
  readonly host: string
  readonly base_url: string
  /** Whether this is OpenAI itself, not a compatible server. */
  readonly is_openai: boolean
  /** Whether answers are requested as streams. */
  readonly streams: boolean
  readonly #openai = once(async () => await this.#load())
  readonly #settings: OpenAiClientSettings
  readonly #parts: OpenAiClientDeps
  readonly #logger: Logger
  /** One per model: a failing embedding model must not block the language model. */
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
  }

  async #load(): Promise<OpenAI> {
    const { default: Package } = await loadPackage()
    return new Package({
      apiKey: this.#settings.api_key ?? NO_KEY,
      baseURL: this.base_url,
      fetch: openAiFetch,
      // The package would read options that are not given here from the environment.
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      // The package's own log would contain requests, and so the text of messages.
      logLevel: 'off',
      // The package's own retries ignore our deadline and clock, a Retry-After above 60 s, and bodies that break off.
      maxRetries: 0,
      timeout: NO_TIMEOUT_MS,
    })
  }

  /**
   * Makes one model call, repeated if that may help.
   * @throws DenidinError `timeout`, `unavailable` (both retryable), `rejected`, `bad_answer`; or the outer signal's
   *   reason when it is aborted first.
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
        const openai = await this.#openai()
        return await act(openai, signal)
      } catch (thrown) {
        // The caller cancelled: this is not a failure of the endpoint, whatever the reason says.
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

/** Internal: the deadline has already rejected the call with the signal's reason. */
class CalledOff extends Error {}
