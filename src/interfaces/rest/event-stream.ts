/** Server-sent events: heartbeats, and a bound on what waits for a slow reader. */
import type { ServerResponse } from 'node:http'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'

const HEARTBEAT_MS = 15 * SECOND_MS
/** A reader for whom more waits is cut off: it can connect again. */
const MOST_WAITING_BYTES = 1024 * 1024

export const EVENT_STREAM_TYPE = 'text/event-stream; charset=utf-8'

/** Headers of the answer. */
type Headers = Readonly<Record<string, string | number | string[] | undefined>>

/** One event. */
export interface StreamEvent {
  readonly event: string
  /** Becomes JSON. */
  readonly data: unknown
}

/** The open answer to one request. */
export class EventStream implements Disposable {
  readonly #response: ServerResponse
  readonly #clock: Pick<Clock, 'after'>
  #heartbeat: Disposable

  /** Sends the head of the answer. */
  constructor(response: ServerResponse, headers: Headers, clock: Pick<Clock, 'after'>) {
    this.#response = response
    this.#clock = clock
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value)
    response.writeHead(200, {
      'Content-Type': EVENT_STREAM_TYPE,
      'Cache-Control': 'no-store',
      // A proxy must pass each event on at once.
      'X-Accel-Buffering': 'no',
    })
    response.flushHeaders()
    this.#heartbeat = this.#next()
  }

  send({ event, data }: StreamEvent): void {
    this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** Sends what is a JSON text already. */
  sendText(event: string, json: string): void {
    this.#write(`event: ${event}\n${json.replace(/^/gm, 'data: ')}\n\n`)
  }

  [Symbol.dispose](): void {
    this.#heartbeat[Symbol.dispose]()
    if (!this.#response.writableEnded) this.#response.end()
  }

  #next(): Disposable {
    return this.#clock.after(HEARTBEAT_MS, () => {
      this.#write(': still here\n\n')
      this.#heartbeat = this.#next()
    })
  }

  #write(text: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return
    this.#response.write(text)
    if (this.#response.writableLength > MOST_WAITING_BYTES) this.#response.destroy()
  }
}
