/** The side of a worker thread that answers requests. */
import type { MessagePort } from 'node:worker_threads'
import { errorToRecord } from '../error-record.ts'
import { asDenidinError, DenidinError } from '../errors.ts'
import type { Health } from '../health.ts'
import type { LogFields, Logger } from '../logger.ts'
import type { FromThread, LogLevel, RequestMap, ThreadProgress, ToThread } from './thread-messages.ts'

/** What a handler gets besides its input. */
export interface RequestCall {
  /** Aborted when the caller cancels the request or the thread is to end. */
  readonly signal: AbortSignal
  progress(step: ThreadProgress): void
}

/** A handler for each request. */
export type RequestHandlers<R extends RequestMap<R>> = {
  readonly [N in keyof R]: (input: R[N]['input'], call: RequestCall) => Promise<R[N]['output']>
}

/** Writes to the log of the main side. */
export const threadLogger = (port: MessagePort, component = 'thread'): Logger => {
  const write =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void => {
      port.postMessage({ kind: 'log', level, component, message, fields } satisfies FromThread)
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    for: name => threadLogger(port, name),
  }
}

/** Tells the main side how the thread is, where that changes without a request. */
export const healthReporter =
  (port: MessagePort) =>
  (health: Health): void => {
    port.postMessage({ kind: 'health', health } satisfies FromThread)
  }

/** The service that answers the requests of a thread. */
export interface RequestService<R extends RequestMap<R>> extends AsyncDisposable {
  readonly handlers: RequestHandlers<R>
  /** Its health; asked after each request; must answer at once. */
  health(): Promise<Health>
}

/**
 * Answers requests until the main side asks the thread to end; then cancels the running requests, waits for them, and
 * closes the service. Requests run concurrently: a long handler pauses in between, so that others get their turn.
 */
export const serveRequests = <R extends RequestMap<R>>(port: MessagePort, service: RequestService<R>): void => {
  const server = new RequestServer(port, new Map(Object.entries<Handler>(service.handlers)), () => service.health())
  port.on('message', (message: ToThread) => {
    if (message.kind === 'request') server.answer(message.id, message.name, message.input)
    else if (message.kind === 'abort') server.abort(message.id)
    else
      void server
        .stop()
        .then(() => service[Symbol.asyncDispose]())
        .finally(() => {
          port.close()
        })
  })
}

// Inputs were typed by the side that sent them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Handler = (input: any, call: RequestCall) => Promise<unknown>

class RequestServer {
  readonly #port: MessagePort
  readonly #handlers: ReadonlyMap<string, Handler>
  readonly #health: () => Promise<Health>
  readonly #under_way = new Map<number, { readonly controller: AbortController; readonly ended: Promise<void> }>()

  constructor(port: MessagePort, handlers: ReadonlyMap<string, Handler>, health: () => Promise<Health>) {
    this.#port = port
    this.#handlers = handlers
    this.#health = health
  }

  answer(id: number, name: string, input: unknown): void {
    const controller = new AbortController()
    const ended = this.#run(id, name, input, controller.signal).finally(() => this.#under_way.delete(id))
    this.#under_way.set(id, { controller, ended })
  }

  abort(id: number): void {
    this.#under_way.get(id)?.controller.abort(new DenidinError('stopping', 'the caller went away'))
  }

  async stop(): Promise<void> {
    const all = [...this.#under_way.values()]
    for (const { controller } of all) controller.abort(new DenidinError('stopping', 'DeniDin is stopping'))
    await Promise.all(all.map(({ ended }) => ended))
  }

  async #run(id: number, name: string, input: unknown, signal: AbortSignal): Promise<void> {
    try {
      const handler = this.#handlers.get(name)
      if (handler === undefined) throw new DenidinError('internal', `the thread has no handler for ${name}`)
      const progress = (step: ThreadProgress): void => {
        this.#send({ kind: 'progress', id, step })
      }
      const output = await handler(input, { signal, progress })
      await this.#tellHealth()
      this.#send({ kind: 'done', id, output })
    } catch (error) {
      await this.#tellHealth()
      this.#send({ kind: 'failed', id, error: errorToRecord(asDenidinError(error)) })
    }
  }

  async #tellHealth(): Promise<void> {
    this.#send({ kind: 'health', health: await this.#health() })
  }

  #send(message: FromThread): void {
    this.#port.postMessage(message)
  }
}
