/**
 * Serves the REST API where it is switched on. Its server is loaded only then: it costs a DeniDin without it neither time
 * nor memory.
 */
import type { Settings } from '../config/settings.ts'
import type { Health, HealthCheck } from '../platform/health.ts'
import type { App } from './app.ts'
import type { Runtime } from './runtime.ts'

/** The REST API of one process. */
export class Api implements HealthCheck {
  readonly name = 'api'
  readonly #settings: Settings['api']
  #address: string | undefined

  constructor({ api }: Pick<Settings, 'api'>) {
    this.#settings = api
  }

  /** Where it listens; `undefined` while it does not. */
  get address(): string | undefined {
    return this.#address
  }

  async health(): Promise<Health> {
    if (!this.#settings.enabled) return { state: 'off', detail: 'api.enabled is false.' }
    return this.#address === undefined
      ? { state: 'down', detail: 'It does not listen.' }
      : { state: 'ok', detail: `It listens on ${this.#address}.` }
  }

  /**
   * Serves until the result is disposed of; does nothing where the API is switched off.
   * @throws DenidinError `unavailable` when the address cannot be listened on
   */
  async serve(
    app: Pick<App, 'runner' | 'access' | 'people'>,
    version: string,
    { clock, ids, logger, metrics }: Pick<Runtime, 'clock' | 'ids' | 'logger' | 'metrics'>,
  ): Promise<AsyncDisposable> {
    if (!this.#settings.enabled) return { [Symbol.asyncDispose]: async () => undefined }
    const { serveRest } = await import('../interfaces/rest/rest-server.ts')
    const { runner, access, people } = app
    const server = await serveRest({
      settings: this.#settings,
      version,
      runner,
      access,
      people,
      clock,
      ids,
      logger,
      metrics,
    })
    this.#address = server.address
    return {
      [Symbol.asyncDispose]: async () => {
        this.#address = undefined
        await server[Symbol.asyncDispose]()
      },
    }
  }
}
