import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EXTRACTION_OPENING } from '../../src/learning/extraction/prompt.ts'

/** What can be asked of the server; `extraction` is a completion that takes facts out of a conversation. */
export type CallKind = 'completion' | 'embedding' | 'extraction'

/** One request as it came in. */
export interface RecordedRequest {
  readonly kind: CallKind
  readonly headers: IncomingHttpHeaders
  /** The parsed body; its form is OpenAI's. */
  readonly body: RequestBody
}

export interface RequestBody {
  readonly model: string
  /** Of a completion. */
  readonly messages?: readonly { readonly role: string; readonly content: string }[]
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
  readonly temperature?: number
  readonly response_format?: { readonly type: string }
  readonly stream?: boolean
  readonly stream_options?: { readonly include_usage: boolean }
  /** Of an embedding. */
  readonly input?: string | readonly string[]
  readonly encoding_format?: 'float' | 'base64'
  readonly dimensions?: number
}

/** One way to answer a request; made by the functions below. */
export type Answer = (request: RecordedRequest, response: ServerResponse) => void | Promise<void>

const DEFAULT_DIMENSIONS = 256
/** Characters that an endless answer sends at once. */
const BLOCK_CHARACTERS = 64_000
const BITS_PER_BYTE_RANGE = 256

const sendJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Words, near enough for counting. */
const countWords = (text: string): number => text.split(/\s+/).filter(word => word !== '').length

/** Texts of an embedding request. */
export const inputsOf = (request: RecordedRequest): readonly string[] => {
  const { input = [] } = request.body
  return typeof input === 'string' ? [input] : input
}

/** The newest user message of a completion request. */
export const lastUserMessage = (request: RecordedRequest): string =>
  request.body.messages?.findLast(each => each.role === 'user')?.content ?? ''

/** A line of an extraction request that facts may come from. */
export interface SourceLine {
  readonly message: number
  readonly speaker: string
  readonly text: string
}

/** The numbered lines of an extraction request. */
export const sourceLines = (request: RecordedRequest): readonly SourceLine[] =>
  [...lastUserMessage(request).matchAll(/^\[(\d+)\] \d{4}-\d\d-\d\d ([^:\n]+): (.*(?:\n {2}.*)*)$/gm)].map(match => ({
    message: Number(match[1]),
    speaker: match[2] ?? '',
    text: (match[3] ?? '').replaceAll('\n  ', '\n'),
  }))

/** Facts as an extractor answers them; what a fact leaves out is filled in. */
export const facts = (
  make: (line: SourceLine, request: RecordedRequest) => readonly Readonly<Record<string, unknown>>[] = ({ text }) => [
    { text, quote: text },
  ],
  reflection = 'A conversation about this and that.',
): Answer =>
  reply(request => {
    const found = sourceLines(request).flatMap(line =>
      make(line, request).map(fact => ({ message: line.message, category: 'facts', importance: 0.5, ...fact })),
    )
    return JSON.stringify({ facts: found, reflection })
  })

const completionBody = (model: string, content: string | null, more: object = {}): object => ({
  id: 'chatcmpl-scripted',
  object: 'chat.completion',
  created: 0,
  model,
  choices: [{ index: 0, message: { role: 'assistant', content, ...more }, finish_reason: 'stop' }],
})

/** Characters of each chunk of a streamed text. */
const CHUNK_CHARACTERS = 200

/** Answers with a text, or with what a function makes of the request: as a stream where that is asked for. */
export const reply =
  (
    text: string | ((request: RecordedRequest) => string),
    { finish_reason = 'stop' }: { readonly finish_reason?: string } = {},
  ): Answer =>
  (request, response) => {
    const content = typeof text === 'string' ? text : text(request)
    const { model, stream = false, stream_options } = request.body
    const prompt_tokens = (request.body.messages ?? []).reduce((total, each) => total + countWords(each.content), 0)
    const completion_tokens = countWords(content)
    const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens }
    if (!stream) {
      const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason }]
      sendJson(response, 200, { ...completionBody(model, content), choices, usage })
      return
    }
    const chunk = (choices: readonly object[], more: object = {}): object => ({
      id: 'chatcmpl-scripted',
      object: 'chat.completion.chunk',
      created: 0,
      model,
      choices,
      ...more,
    })
    const pieces = Array.from({ length: Math.ceil(content.length / CHUNK_CHARACTERS) }, (_, at) =>
      content.slice(at * CHUNK_CHARACTERS, (at + 1) * CHUNK_CHARACTERS),
    )
    const deltas = [{ role: 'assistant', content: '' }, ...pieces.map(piece => ({ content: piece }))]
    sendEvents(response, [
      ...deltas.map(delta => chunk([{ index: 0, delta, finish_reason: null }])),
      chunk([{ index: 0, delta: {}, finish_reason }]),
      ...(stream_options?.include_usage === true ? [chunk([], { usage })] : []),
      '[DONE]',
    ])
  }

/** A stream of events: objects as JSON, texts as they are. */
const sendEvents = (response: ServerResponse, events: readonly (object | string)[]): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.end(events.map(event => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join(''))
}

/** Answers with a text and does not say what it took. */
export const replyWithoutUsage =
  (text: string): Answer =>
  (request, response) => {
    sendJson(response, 200, completionBody(request.body.model, text))
  }

/** Every text of a request. */
export const textOf = (request: RecordedRequest): string =>
  (request.body.messages ?? []).map(({ content }) => content).join('\n')

/** Answers in one way where a request is as `applies` says, and in another way where it is not. */
export const when =
  (applies: (request: RecordedRequest) => boolean, then: Answer, otherwise: Answer = reply('All right.')): Answer =>
  async (request, response) => {
    await (applies(request) ? then : otherwise)(request, response)
  }

/** A message without content; with a refusal when one is given. */
export const noContent =
  (options: { readonly refusal?: string; readonly finish_reason?: string } = {}): Answer =>
  (request, response) => {
    const { refusal = null, finish_reason = 'stop' } = options
    const message = { role: 'assistant', content: null, refusal }
    sendJson(response, 200, {
      ...completionBody(request.body.model, null),
      choices: [{ index: 0, message, finish_reason }],
    })
  }

/** An answer with an empty list of choices. */
export const noChoices = (): Answer => (request, response) => {
  sendJson(response, 200, { ...completionBody(request.body.model, ''), choices: [] })
}

/** An HTTP error in OpenAI's form, with any headers (`retry-after`, `retry-after-ms`). */
export const failure =
  (
    status: number,
    options: {
      readonly headers?: Record<string, string>
      readonly code?: string
      readonly param?: string
      readonly message?: string
    } = {},
  ): Answer =>
  (_, response) => {
    const { headers = {}, code = null, param = null, message = `scripted failure ${String(status)}` } = options
    sendJson(response, status, { error: { message, type: null, param, code } }, headers)
  }

/** Any JSON at all. */
export const json =
  (body: unknown): Answer =>
  (_, response) => {
    sendJson(response, 200, body)
  }

/** Any text, under any content type. */
export const text =
  (body: string, content_type: string, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-type': content_type, ...headers })
    response.end(body)
  }

/** A stream of events, as they are sent; objects as the data of one event. */
export const stream = (...events: readonly (object | string)[]): Answer =>
  text(
    events.map(event => (typeof event === 'string' ? event : `data: ${JSON.stringify(event)}\n\n`)).join(''),
    'text/event-stream',
  )

/** Says that it is JSON, and is not. */
export const malformed = (): Answer => (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end('{"choices": [{"message": ')
}

/** Promises a whole body, sends half of it and breaks the connection. */
export const cutBody = (): Answer => async (request, response) => {
  const body = JSON.stringify(completionBody(request.body.model, 'this will never arrive'))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) })
  await new Promise<void>(resolve => response.write(body.slice(0, body.length / 2), () => resolve()))
  response.destroy()
}

/** Breaks the connection before any answer. */
export const hangUp = (): Answer => (_, response) => {
  response.destroy()
}

/** Sends the client elsewhere, with the request: 307 and 308 ask for the same method and body. */
export const redirect =
  (location: string, status = 307): Answer =>
  (_, response) => {
    response.writeHead(status, { location })
    response.end()
  }

/** Goes on sending until the client has had enough; `of` is sent again and again. */
export const endless =
  (of: string, options: { readonly opening?: string; readonly type?: string } = {}): Answer =>
  (_, response) => {
    const { opening = '', type = 'application/json' } = options
    response.setHeader('content-type', type)
    response.write(opening)
    const block = of.repeat(Math.ceil(BLOCK_CHARACTERS / of.length))
    const more = (): void => {
      while (!response.destroyed && response.write(block));
    }
    response.on('drain', more)
    more()
  }

/**
 * A vector that depends on nothing but the words of a text, so that texts sharing words are near each other: every word
 * (in lower case) adds ±1 at four places that its hash picks. Unit length.
 */
export const hashedWords = (text: string, dimensions = DEFAULT_DIMENSIONS): Float32Array => {
  const vector = new Float32Array(dimensions)
  for (const word of new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['∅'])) {
    const hash = createHash('sha256').update(word).digest()
    for (let i = 0; i < 12; i += 3) {
      const place = ((hash[i] ?? 0) * BITS_PER_BYTE_RANGE + (hash[i + 1] ?? 0)) % dimensions
      vector[place] = (vector[place] ?? 0) + ((hash[i + 2] ?? 0) % 2 === 0 ? 1 : -1)
    }
  }
  const length = Math.hypot(...vector) || 1
  return vector.map(value => value / length)
}

const pack = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')

/** Answers an embedding request with `hashedWords` of each text; `change` may spoil what goes out. */
export const embed =
  (
    options: {
      readonly vectorOf?: (text: string, dimensions: number | undefined) => Float32Array
      /** Ignores base64 and always sends numbers, as some servers do. */
      readonly always_floats?: boolean
      readonly change?: (data: EmbeddingRow[]) => EmbeddingRow[]
      readonly usage?: boolean
    } = {},
  ): Answer =>
  (request, response) => {
    const { vectorOf = hashedWords, always_floats = false, change = rows => rows, usage = true } = options
    const { encoding_format, dimensions, model } = request.body
    const texts = inputsOf(request)
    const rows = texts.map((text, index): EmbeddingRow => {
      const vector = vectorOf(text, dimensions)
      const embedding = encoding_format === 'base64' && !always_floats ? pack(vector) : [...vector]
      return { object: 'embedding', index, embedding }
    })
    const prompt_tokens = texts.reduce((total, text) => total + countWords(text), 0)
    sendJson(response, 200, {
      object: 'list',
      model,
      data: change(rows),
      ...(usage ? { usage: { prompt_tokens, total_tokens: prompt_tokens } } : {}),
    })
  }

export interface EmbeddingRow {
  readonly object: 'embedding'
  readonly index: number
  readonly embedding: string | readonly number[]
}

/** An answer that waits until it is let go. */
export interface HeldAnswer {
  readonly answer: Answer
  /** Resolves when a request has come that now waits. */
  readonly arrived: Promise<RecordedRequest>
  /** Lets the answer go out (at once, when nobody has asked yet). */
  release(): void
}

/** Holds an answer back until `release`: slowness without sleeps. */
export const hold = (answer: Answer): HeldAnswer => {
  const arrival = Promise.withResolvers<RecordedRequest>()
  const gate = Promise.withResolvers<void>()
  return {
    answer: async (request, response) => {
      arrival.resolve(request)
      await gate.promise
      if (!response.destroyed) await answer(request, response)
    },
    arrived: arrival.promise,
    release: () => gate.resolve(),
  }
}

export interface ScriptedModelServerOptions {
  /** For measurements: keeps no requests, only counts them. */
  readonly instant?: boolean
  /** Called as soon as a request has been read, before it is answered. */
  readonly on_request?: (request: RecordedRequest) => void
}

/**
 * A real HTTP server on 127.0.0.1 that speaks OpenAI's protocol and does what a test tells it:
 *
 *     await using server = await ScriptedModelServer.start()
 *     server.next('completion', failure(500), reply('Hello'))   // for the next two requests, in order
 *     server.always('completion', reply(request => lastUserMessage(request)))   // for all others
 *
 * Untold, it answers completions with "You said: …", extractions with each message as one fact, and embeddings with `hashedWords`, so that related texts are near.
 */
export class ScriptedModelServer implements AsyncDisposable {
  /** Every request so far, oldest first (none in `instant` mode). */
  readonly requests: RecordedRequest[] = []
  /** How many requests of each kind came. */
  readonly counts: Record<CallKind, number> = { completion: 0, embedding: 0, extraction: 0 }
  readonly #server: Server
  readonly #options: ScriptedModelServerOptions
  readonly #script: Record<CallKind, Answer[]> = { completion: [], embedding: [], extraction: [] }
  readonly #usual: Record<CallKind, Answer> = {
    completion: reply(request => `You said: ${lastUserMessage(request)}`),
    embedding: embed(),
    extraction: facts(),
  }
  #arrivals: { readonly kind: CallKind; readonly count: number; readonly resolve: () => void }[] = []

  private constructor(options: ScriptedModelServerOptions) {
    this.#options = options
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        this.#answer(request.url ?? '', request.headers, Buffer.concat(chunks).toString(), response)
      })
    })
  }

  /** Starts a server on a free port. */
  static async start(options: ScriptedModelServerOptions = {}): Promise<ScriptedModelServer> {
    const server = new ScriptedModelServer(options)
    await new Promise<void>(resolve => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  /** What belongs into `base_url`. */
  get base_url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/v1`
  }

  /** Host and port, as they stand in messages. */
  get host(): string {
    return new URL(this.base_url).host
  }

  /** Requests of one kind, oldest first. */
  of(kind: CallKind): RecordedRequest[] {
    return this.requests.filter(each => each.kind === kind)
  }

  /** Answers for the next requests of this kind, one each. */
  next(kind: CallKind, ...answers: readonly Answer[]): void {
    this.#script[kind].push(...answers)
  }

  /** The answer for every request that `next` says nothing about. */
  always(kind: CallKind, answer: Answer): void {
    this.#usual[kind] = answer
  }

  /** Resolves when `count` requests of this kind have come since the start. */
  async received(kind: CallKind, count: number): Promise<void> {
    if (this.counts[kind] >= count) return
    await new Promise<void>(resolve => this.#arrivals.push({ kind, count, resolve }))
  }

  /** Stops, breaking off what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  #answer(url: string, headers: IncomingHttpHeaders, text: string, response: ServerResponse): void {
    const asked = url === '/v1/chat/completions' ? 'completion' : url === '/v1/embeddings' ? 'embedding' : undefined
    if (asked === undefined) {
      sendJson(response, 404, { error: { message: `no such address: ${url}`, type: null, param: null, code: null } })
      return
    }
    const body = JSON.parse(text) as RequestBody
    const extracts = body.messages?.[0]?.content.startsWith(EXTRACTION_OPENING) === true
    const kind = extracts ? 'extraction' : asked
    const request: RecordedRequest = { kind, headers, body }
    this.counts[kind]++
    if (this.#options.instant !== true) this.requests.push(request)
    this.#options.on_request?.(request)
    const due = this.#arrivals.filter(each => this.counts[each.kind] >= each.count)
    this.#arrivals = this.#arrivals.filter(each => !due.includes(each))
    for (const each of due) each.resolve()
    const answer = this.#script[kind].shift() ?? this.#usual[kind]
    void answer(request, response)
  }
}
