/** Runs a Chroma server as a child process. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { DenidinError } from '../../platform/errors.ts'
import { makePrivateFolder } from '../../platform/files.ts'
import type { Logger } from '../../platform/logger.ts'

const HOST = '127.0.0.1'
const START_DEADLINE_MS = 20_000
const HEARTBEAT_EVERY_MS = 25
const STOP_DEADLINE_MS = 3000

/**
 * Makes the C library (glibc) overwrite memory that is freed or allocated: the index writes parts of its memory to its
 * files that it never filled, and they could contain deleted vectors.
 */
const WIPED_MEMORY = { MALLOC_PERTURB_: '255' }

/** The child runs the same kind of file as this one: TypeScript here, JavaScript when built. */
const CHILD = fileURLToPath(import.meta.url.replace(/chroma-process(\.[jt]s)$/, 'chroma-server-main$1'))

export interface ChromaProcessDeps {
  readonly clock: Clock
  readonly logger: Logger
  /** The script that runs the server, if it is not our own. */
  readonly program?: string
}

/** How a server process ended. `by_itself` is false for a process that was killed from outside. */
export interface Ending {
  readonly by_itself: boolean
  /** Last line of its error output, for the operator. */
  readonly last_words: string
}

/** The server process failed to start; `ending` is missing if it was still running at the deadline. */
export class ChromaStartError extends DenidinError {
  readonly ending: Ending | undefined

  constructor(message: string, ending: Ending | undefined) {
    super('unavailable', message, { retryable: true })
    this.ending = ending
  }
}

/** One process of the Chroma server that comes with the `chromadb` package, on a free port of the loopback interface. */
export class ChromaProcess implements AsyncDisposable {
  readonly host = HOST
  readonly port: number
  /** Resolves when the process is gone. */
  readonly ended: Promise<Ending>
  readonly #child: ChildProcess
  readonly #clock: Clock
  #gone = false
  #lastWords = ''

  private constructor(folder: string, port: number, { clock, logger, program }: ChromaProcessDeps) {
    this.port = port
    this.#clock = clock
    // The server needs nothing from our environment, and must not see the keys in it.
    this.#child = spawn(
      process.execPath,
      [program ?? CHILD, 'run', '--path', folder, '--host', HOST, '--port', String(port)],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: WIPED_MEMORY,
      },
    )
    this.ended = new Promise(resolve => {
      const end = (by_itself: boolean): void => {
        this.#gone = true
        resolve({ by_itself, last_words: this.#lastWords })
      }
      this.#child.once('close', (_code, signal) => end(signal !== 'SIGKILL' && signal !== 'SIGTERM'))
      this.#child.once('error', error => {
        this.#lastWords = error.message
        end(true)
      })
    })
    this.#listen(logger)
  }

  /**
   * Starts a server on `folder` (created if missing, private) and waits until it answers.
   * @throws ChromaStartError if it ends, or does not answer within 20 s.
   */
  static async start(folder: string, options: ChromaProcessDeps): Promise<ChromaProcess> {
    await makePrivateFolder(folder)
    const port = await freePort().catch((error: unknown) => {
      throw new ChromaStartError(`the Chroma server cannot be started: ${(error as Error).message}`, undefined)
    })
    const server = new ChromaProcess(folder, port, options)
    const ending = server.ended.then(end => {
      throw new ChromaStartError(`the Chroma server ended: ${end.last_words}`, end)
    })
    try {
      await withDeadline(options.clock, START_DEADLINE_MS, 'starting the Chroma server', signal =>
        Promise.race([ending, server.#untilItAnswers(signal)]),
      )
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error instanceof ChromaStartError ? error : new ChromaStartError((error as Error).message, undefined)
    } finally {
      ending.catch(() => undefined)
    }
  }

  get running(): boolean {
    return !this.#gone
  }

  /** Process id, for the log. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Whether the server answers within `deadline_ms`. */
  async answers(deadline_ms: number): Promise<boolean> {
    if (this.#gone) return false
    return await withDeadline(this.#clock, deadline_ms, 'a sign of life', signal => this.#heartbeat(signal)).catch(
      () => false,
    )
  }

  /** Asks the process to end, and kills it if it does not exit in time. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#gone) return
    this.#child.kill('SIGTERM')
    using _kill = this.#clock.after(STOP_DEADLINE_MS, () => this.#child.kill('SIGKILL'))
    await this.ended
  }

  async #untilItAnswers(signal: AbortSignal): Promise<void> {
    while (!this.#gone && !(await this.#heartbeat(signal))) await this.#clock.sleep(HEARTBEAT_EVERY_MS, signal)
  }

  async #heartbeat(signal: AbortSignal): Promise<boolean> {
    try {
      const answer = await fetch(`http://${HOST}:${String(this.port)}/api/v2/heartbeat`, { signal })
      await answer.arrayBuffer()
      return answer.ok
    } catch {
      signal.throwIfAborted()
      return false
    }
  }

  #listen(logger: Logger): void {
    // Its output is only a banner.
    this.#child.stdout?.resume()
    // Writing to a process that is gone must not become an unhandled error.
    this.#child.stdin?.on('error', () => undefined)
    // If no file handle is free, a child has no streams at all, whatever its type says.
    const errors = this.#child.stderr ?? undefined
    if (errors === undefined) return
    createInterface({ input: errors }).on('line', raw => {
      const text = stripVTControlCharacters(raw).trim()
      if (text === '') return
      this.#lastWords = text
      logger.debug(text)
    })
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, HOST, () => {
      const address = probe.address()
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'))
        else resolve(address.port)
      })
    })
  })
