// A DeniDin that serves its REST API, and requests to it.
import { Api } from '../../../src/app/api.ts'
import { OPERATOR } from '../../../src/operations/client.ts'
import { systemIds } from '../../../src/platform/ids.ts'
import { TestDenidin, type Json } from '../denidin.ts'

/** A value that was read from JSON: what it holds, the expectations check. */
type Parsed = ReturnType<typeof JSON.parse>

export interface RestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON, or `undefined`. */
  readonly json: Parsed
}

export interface RestRequest {
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Reads the events of a stream as they come. */
export class EventReader implements Disposable {
  readonly status: number
  readonly #pieces: AsyncIterator<string> | undefined
  readonly #ended: AbortController
  #text = ''

  constructor(response: Response, ended: AbortController) {
    this.status = response.status
    this.#ended = ended
    this.#pieces = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
  }

  /** The next event of a name; `undefined` when the stream ends first. */
  async next(name: string): Promise<Parsed> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end >= 0) {
        const [event = '', data = ''] = this.#text.slice(0, end).split('\n')
        this.#text = this.#text.slice(end + 2)
        if (event === `event: ${name}`) return JSON.parse(data.slice('data: '.length))
        continue
      }
      const piece = await this.#pieces?.next()
      if (piece === undefined || piece.done === true) return undefined
      this.#text += piece.value
    }
  }

  [Symbol.dispose](): void {
    this.#ended.abort()
  }
}

export class RestRig implements AsyncDisposable {
  readonly denidin: TestDenidin
  #api: Api
  #server: AsyncDisposable
  readonly #former: AsyncDisposable[] = []

  private constructor(denidin: TestDenidin, api: Api, server: AsyncDisposable) {
    this.denidin = denidin
    this.#api = api
    this.#server = server
  }

  /** @param api keys of the section `api`. @param config other keys */
  static async start(api: Json = {}, config: Json = {}): Promise<RestRig> {
    const denidin = await TestDenidin.start({ ...config, api: { enabled: true, port: 0, ...api } })
    const [served, server] = await serve(denidin)
    return new RestRig(denidin, served, server)
  }

  get address(): string {
    return this.#api.address ?? 'http://127.0.0.1:9'
  }

  /** Makes a token. */
  async token(
    name: string,
    scopes = 'read,write,admin,metrics',
    person?: string,
    expires_days?: number,
  ): Promise<string> {
    const input = {
      name,
      scopes,
      ...(person === undefined ? {} : { person }),
      ...(expires_days === undefined ? {} : { expires_days }),
    }
    const created = await this.denidin.app.runner.run('api.token_create', input, { caller: OPERATOR })
    return String(created['token'])
  }

  async request(method: string, path: string, { token, headers, body, signal }: RestRequest = {}): Promise<RestAnswer> {
    const response = await fetch(`${this.address}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: jsonOf(text) }
  }

  /** Opens a stream of events. */
  async events(path: string, { token }: RestRequest): Promise<EventReader> {
    const ended = new AbortController()
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(`${this.address}${path}`, { headers, signal: ended.signal })
    return new EventReader(response, ended)
  }

  /** Stops the server; the rest goes on. */
  async stopServing(): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
  }

  /** Closes everything and opens it again on the same data. */
  async restart(): Promise<void> {
    await this.stopServing()
    await this.denidin.restart()
    ;[this.#api, this.#server] = await serve(this.denidin)
  }

  /** Serves with a new server, which knows what is on disk alone, as after a crash; the former one never concludes. */
  async forget(): Promise<void> {
    this.#former.push(this.#server)
    ;[this.#api, this.#server] = await serve(this.denidin)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopServing()
    for (const server of this.#former) await server[Symbol.asyncDispose]()
    await this.denidin[Symbol.asyncDispose]()
  }
}

const serve = async (denidin: TestDenidin): Promise<readonly [Api, AsyncDisposable]> => {
  const settings = denidin.settings()
  const api = new Api(settings)
  const { clock, log: logger } = { clock: denidin.clock, log: denidin.log }
  return [api, await api.serve(denidin.app, 'test', { clock, logger, ids: systemIds, metrics: denidin.metrics })]
}

const jsonOf = (text: string): Parsed => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
