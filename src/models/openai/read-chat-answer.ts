/**
 * Reads the body of a chat completion according to its content: a stream of events or one JSON text, whatever was
 * requested.
 */
import { jsonOf } from '../../platform/json-text.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { ModelError } from '../model-error.ts'
import { ChatAnswerBuilder, type ChatAnswer } from './chat-answer.ts'
import { jsonValues } from './json-fields.ts'

/** How long an answer may pause before it is given up. Before its first chunk, the deadline of the call applies. */
const STALL_MS = 20 * SECOND_MS
const CHARACTERS_PER_MILLION = 1_000_000
/** Most characters of a body that is one JSON text, which is kept in memory whole. */
const JSON_CHARACTERS = 16 * CHARACTERS_PER_MILLION
/** Most characters of one line of a stream. */
const LINE_CHARACTERS = 4 * CHARACTERS_PER_MILLION

/** First characters of the lines of a stream: `data:`, `event:`, `error:`, `id:`, `retry:` and comments. */
const STREAM_OPENINGS = new Set('deir:')

/** The data that ends a stream. */
const DONE = /^"?\[?done\]?"?$/i
/** Names of events that only keep a connection open. */
const SIGN_OF_LIFE = /ping|keep.?alive|heart.?beat/i

/** A stream that cannot be read, or that ended without saying that the answer is complete: it may be half an answer. */
export class BrokenStream extends ModelError {
  constructor(host: string, how: string) {
    super('bad-response', `${host} sent a stream that ${how}`)
  }
}

/**
 * @throws BrokenStream, or ModelError `timeout` when the server falls silent in the middle, `too-large`, or
 * `bad-response` for a body that is not an answer
 */
export const readChatAnswer = async (response: Response, host: string, clock: Clock): Promise<ChatAnswer> => {
  const reading = new BodyReading(host)
  const body: ReadableStream<Uint8Array> | null = response.body
  const reader = body?.getReader()
  if (reader === undefined) throw new ModelError('bad-response', `${host} answered with nothing`)
  const decoder = decoderFor(response)
  try {
    for (;;) {
      const { done, value } = await (reading.begun ? untilStalled(reader.read(), host, clock) : reader.read())
      reading.take(done ? decoder.decode() : decoder.decode(value, { stream: true }))
      if (done || reading.finished) return reading.end()
    }
  } finally {
    // A body that was read to its end has nothing left to cancel; for any other, this closes the connection.
    reader.cancel().catch(() => undefined)
  }
}

const CHARSET = /charset\s*=\s*"?([\w-]+)/i

/** The encoding that the server names; JSON is UTF-8 unless it names another. */
const decoderFor = ({ headers }: Response): InstanceType<typeof TextDecoder> => {
  const name = CHARSET.exec(headers.get('content-type') ?? '')?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(name)
  } catch {
    return new TextDecoder()
  }
}

const untilStalled = async <T>(next: Promise<T>, host: string, clock: Clock): Promise<T> => {
  const stalled = Promise.withResolvers<never>()
  using _timer = clock.after(STALL_MS, () => {
    const message = `${host} fell silent for ${String(STALL_MS / SECOND_MS)} s in the middle of an answer`
    stalled.reject(new ModelError('timeout', message))
  })
  return await Promise.race([next, stalled.promise])
}

/** Reads a body as it arrives. A stream has lines such as `data: {…}`; everything else is treated as one JSON text. */
class BodyReading {
  readonly #host: string
  readonly #answer = new ChatAnswerBuilder()
  #shape: 'unknown' | 'stream' | 'json' = 'unknown'
  /** What is not parsed yet: the beginning of a line, or all of a JSON text. */
  #pending = ''
  /** Data of an event that is not complete JSON yet: it continues in the next line. */
  #data = ''
  /** Name of the event that is being read. */
  #event = ''
  #done = false

  constructor(host: string) {
    this.#host = host
  }

  get begun(): boolean {
    return this.#answer.begun
  }

  get finished(): boolean {
    return this.#done || this.#answer.full
  }

  take(text: string): void {
    this.#pending += text
    if (this.#shape === 'unknown') {
      this.#pending = this.#pending.trimStart()
      this.#shape = this.#recognise()
    }
    if (this.#shape === 'stream' && /[\r\n]/.test(text)) this.#takeLines()
    const most = this.#shape === 'stream' ? LINE_CHARACTERS : JSON_CHARACTERS
    if (this.#pending.length > most) throw new ModelError('too-large', `${this.#host} answered with too large a text`)
  }

  end(): ChatAnswer {
    if (this.#shape === 'stream') this.#endStream()
    else this.#takeJson(this.#pending)
    return this.#answer.build()
  }

  #recognise(): 'unknown' | 'stream' | 'json' {
    const first = this.#pending.charAt(0)
    if (first === '') return 'unknown'
    if (first === '{' || first === '[') return 'json'
    if (STREAM_OPENINGS.has(first)) return 'stream'
    const what = first === '<' ? 'a web page: check base_url' : 'something that is not JSON'
    throw new ModelError('bad-response', `${this.#host} answered with ${what}`)
  }

  #takeLines(): void {
    // A line break that is split between two pieces is one line break.
    const held = this.#pending.endsWith('\r') ? '\r' : ''
    const lines = this.#pending.slice(0, this.#pending.length - held.length).split(/\r\n|[\r\n]/)
    const said = lines.findIndex(line => line !== '' && !line.startsWith(':'))
    // Comments before a JSON text keep its connection open (OpenRouter).
    if (!this.#answer.begun && lines[said]?.startsWith('{') === true) {
      this.#shape = 'json'
      this.#pending = lines.slice(said).join('\n') + held
      return
    }
    this.#pending = (lines.pop() ?? '') + held
    for (const line of lines) {
      if (this.#done) return
      this.#takeLine(line)
    }
  }

  #takeLine(line: string): void {
    if (line === '') this.#endEvent()
    const [, field, value = ''] = /^\s*(\w+): ?(.*)$/s.exec(line) ?? []
    // llama.cpp uses `error` as a field. Comments and other lines are ignored, as the standard requires.
    if (field === 'data') this.#takeData(value)
    else if (field === 'error') this.#takeData(`{"error":${value}}`)
    else if (field === 'event') this.#event = value.trim()
  }

  #takeData(value: string): void {
    if (DONE.test(value.trim())) {
      this.#done = true
      return
    }
    this.#data = this.#data === '' ? value : `${this.#data}\n${value}`
    const parsed = jsonOf(this.#data)
    if (parsed === undefined) return
    this.#data = ''
    this.#answer.add(parsed)
  }

  #endEvent(): void {
    if (this.#data.trim() !== '' && !SIGN_OF_LIFE.test(this.#event)) throw this.#unreadable()
    this.#data = ''
    this.#event = ''
  }

  #endStream(): void {
    if (!this.#done && this.#pending !== '') this.#takeLine(this.#pending)
    if (this.#done) return
    this.#endEvent()
    if (!this.#answer.full && !this.#answer.ended) throw new BrokenStream(this.#host, 'ended before the answer did')
  }

  #takeJson(text: string): void {
    const whole = jsonOf(text)
    if (whole !== undefined) {
      this.#answer.add(whole)
      return
    }
    // Some proxies append something to the answer, and some servers send a stream as one JSON text per line.
    for (const value of jsonValues(text)) this.#answer.add(value)
    if (this.#answer.ended) return
    const what = text === '' ? 'nothing' : 'something that is not JSON'
    throw new ModelError('bad-response', `${this.#host} answered with ${what}`)
  }

  #unreadable(): BrokenStream {
    return new BrokenStream(this.#host, 'cannot be read')
  }
}
