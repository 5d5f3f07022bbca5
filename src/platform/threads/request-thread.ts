/**
 * The main side of a worker thread that answers typed requests: starts with the first request, restarts after a crash.
 */
import { Worker } from 'node:worker_threads'
import { SECOND_MS, type Clock } from '../clock.ts'
import { withDeadline } from '../deadline.ts'
import { errorFromRecord } from '../error-record.ts'
import { asDenidinError, DenidinError } from '../errors.ts'
import type { Health, HealthCheck } from '../health.ts'
import type { Logger } from '../logger.ts'
import type { FromThread, RequestMap, RequestOptions, Requests, ToThread } from './thread-messages.ts'

/** How long a thread may take to finish its work when DeniDin stops; after that it is terminated. */
const STOP_DEADLINE_MS = 10_000

/** What one request may use. A thread that exceeds it is ended, and the next request starts another. */
export interface ThreadLimits {
  /** Milliseconds of one request. */
  readonly request_ms: number
  /** Megabytes of objects in the thread. */
  readonly heap_megabytes: number
  /** Megabytes by which the whole process may grow during a request: buffers are in no heap. */
  readonly growth_megabytes: number
}

/** How often the growth of the process is measured. */
const MEASURED_EVERY_MS = 200
const MEGABYTE = 1024 * 1024

export interface RequestThreadDeps {
  /** Name of the thread, as in the log and in `denidin status`. */
  readonly name: string
  /** The file that the thread runs. */
  readonly file: URL
  /** The `workerData` of the thread. */
  readonly data: unknown
  /** Milliseconds without a request after which the thread ends, to free its memory. */
  readonly idle_ms: number
  /** For a thread that works on what strangers wrote; `undefined`: no limits. */
  readonly limits?: ThreadLimits
  readonly clock: Clock
  readonly logger: Logger
}

interface Pending {
  readonly options: RequestOptions
  resolve(output: unknown): void
  reject(error: unknown): void
}

/**
 * One worker thread. It starts with the first request and ends when it gets no requests for a while. If it crashes, the
 * running requests fail with `unavailable`, and the next one starts it again.
 */
export class RequestThread<R extends RequestMap<R>> implements Requests<R>, HealthCheck, AsyncDisposable {
  readonly name: string
  readonly #deps: RequestThreadDeps
  readonly #log: Logger
  #running: RunningThread | undefined
  #ending: Promise<void> = Promise.resolve()
  #idle: Disposable | undefined
  #crash: string | undefined
  /** The last health that the thread reported; kept when it ends, because the next one opens the same files. */
  #told: Health | undefined
  #closed = false

  constructor(deps: RequestThreadDeps) {
    this.#deps = deps
    this.name = deps.name
    this.#log = deps.logger.for(deps.name)
  }

  /** Whether the thread runs, for callers who need not start it. */
  get isRunning(): boolean {
    return this.#running !== undefined
  }

  async request<N extends keyof R & string>(
    name: N,
    input: R[N]['input'],
    options: RequestOptions = {},
  ): Promise<R[N]['output']> {
    // An ending thread still has the files open.
    await this.#ending
    options.signal?.throwIfAborted()
    if (this.#closed) throw new DenidinError('stopping', 'DeniDin is stopping')
    this.#idle?.[Symbol.dispose]()
    this.#running ??= this.#start()
    const thread = this.#running
    using _limited = this.#limit(thread)
    try {
      return await thread.ask(name, input, options)
    } finally {
      if (thread === this.#running && !thread.isBusy) this.#endLater()
    }
  }

  async health(): Promise<Health> {
    if (this.#crash !== undefined)
      return { state: 'degraded', detail: `Its thread broke down (${this.#crash}); the next request starts it again.` }
    if (this.#told === undefined)
      return { state: 'unknown', detail: 'It was not asked anything yet; the first request opens it.' }
    if (this.#told.state !== 'ok' || this.#running !== undefined) return this.#told
    return {
      state: 'ok',
      detail: 'It worked, and was closed because it was not asked anything more; the next request opens it.',
    }
  }

  /** Cancels the running requests, and resolves when the thread has closed its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#end()
    await this.#ending
  }

  #start(): RunningThread {
    const thread = new RunningThread(this.#deps, this.#log, {
      told: health => {
        this.#told = health
      },
      crashed: (reason, exceeded) => {
        this.#idle?.[Symbol.dispose]()
        if (thread !== this.#running) return
        this.#running = undefined
        if (exceeded) return
        this.#crash = reason
        this.#log.error('The thread broke down', { reason })
      },
    })
    this.#crash = undefined
    return thread
  }

  /** Ends the thread when the request that begins now exceeds its limits. */
  #limit(thread: RunningThread): Disposable {
    const { limits, clock } = this.#deps
    if (limits === undefined) return new DisposableStack()
    const { request_ms, growth_megabytes } = limits
    const most = process.memoryUsage.rss() + growth_megabytes * MEGABYTE
    let timer = clock.after(MEASURED_EVERY_MS, () => {
      measure(1)
    })
    const measure = (times: number): void => {
      if (times * MEASURED_EVERY_MS >= request_ms) {
        this.#break(thread, new DenidinError('timeout', `took longer than ${String(request_ms / SECOND_MS)} s`))
      } else if (process.memoryUsage.rss() > most) {
        this.#break(thread, tooMuchMemory(growth_megabytes))
      } else {
        timer = clock.after(MEASURED_EVERY_MS, () => {
          measure(times + 1)
        })
      }
    }
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
  }

  #break(thread: RunningThread, error: DenidinError): void {
    if (thread === this.#running) this.#running = undefined
    this.#ending = this.#ending.then(() => thread.break(error))
  }

  #endLater(): void {
    this.#idle?.[Symbol.dispose]()
    this.#idle = this.#deps.clock.after(this.#deps.idle_ms, () => {
      if (this.#running?.isBusy === false) this.#end()
    })
  }

  #end(): void {
    this.#idle?.[Symbol.dispose]()
    const thread = this.#running
    this.#running = undefined
    if (thread !== undefined) this.#ending = this.#ending.then(() => thread.stop())
  }
}

const tooMuchMemory = (megabytes: number): DenidinError =>
  new DenidinError('invalid_input', `needs more than ${String(megabytes)} MB of memory`)

interface ThreadListener {
  /** The thread reported its health. */
  told(health: Health): void
  /** The thread ended unexpectedly. `exceeded`: because a request exceeded its limits. */
  crashed(reason: string, exceeded: boolean): void
}

/** One run of the thread, from its start to its end. */
class RunningThread {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  readonly #exited: Promise<void>
  #lastId = 0
  #stopping = false
  /** Why it was ended. */
  #broken: DenidinError | undefined

  constructor({ name, file, data, limits, clock }: RequestThreadDeps, log: Logger, listener: ThreadListener) {
    this.#clock = clock
    this.#log = log
    const resourceLimits =
      limits === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: limits.heap_megabytes } }
    this.#worker = new Worker(file, { workerData: data, name, ...resourceLimits })
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#exited = promise
    let reason: string | undefined
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'health') listener.told(message.health)
      else this.#receive(message)
    })
    this.#worker.on('error', error => {
      reason = asDenidinError(error).message
      if (limits !== undefined && (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
        this.#broken = tooMuchMemory(limits.heap_megabytes)
      }
    })
    this.#worker.on('exit', code => {
      const why = reason ?? `it ended with code ${String(code)}`
      if (!this.#stopping) listener.crashed(why, this.#broken !== undefined)
      this.#failAll(
        this.#broken ??
          (this.#stopping
            ? new DenidinError('stopping', 'DeniDin is stopping')
            : new DenidinError('unavailable', `the thread of the ${name} broke down (${why}); ask again`, {
                retryable: true,
              })),
      )
      resolve(undefined)
    })
  }

  get isBusy(): boolean {
    return this.#pending.size > 0
  }

  async ask(name: string, input: unknown, options: RequestOptions): Promise<unknown> {
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#pending.set(id, { options, resolve, reject })
    // The thread answers when it has really stopped: until then it may still write.
    const abort = (): void => {
      this.#send({ kind: 'abort', id })
    }
    options.signal?.addEventListener('abort', abort, { once: true })
    try {
      this.#send({ kind: 'request', id, name, input })
      return await promise
    } catch (error) {
      options.signal?.throwIfAborted()
      throw error
    } finally {
      this.#pending.delete(id)
      options.signal?.removeEventListener('abort', abort)
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#send({ kind: 'stop' })
    await withDeadline(this.#clock, STOP_DEADLINE_MS, 'the end of a thread', () => this.#exited).catch(async () => {
      this.#log.warn('The thread did not end in time')
      await this.#worker.terminate()
    })
  }

  /** Ends the thread at once; its requests fail with this error. */
  async break(error: DenidinError): Promise<void> {
    this.#stopping = true
    this.#broken = error
    await this.#worker.terminate()
    await this.#exited
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  #receive(message: Exclude<FromThread, { kind: 'health' }>): void {
    if (message.kind === 'log') {
      this.#log.for(message.component)[message.level](message.message, message.fields)
      return
    }
    const pending = this.#pending.get(message.id)
    if (message.kind === 'progress') pending?.options.progress?.(message.step)
    else if (message.kind === 'done') pending?.resolve(message.output)
    else pending?.reject(errorFromRecord(message.error))
  }

  #failAll(error: DenidinError): void {
    for (const { reject } of this.#pending.values()) reject(error)
  }
}
