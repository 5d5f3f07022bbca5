/** The output of a start, for the operator; it is also kept in `logs/startup.log`. */
import { fstatSync, ftruncateSync, writeSync } from 'node:fs'
import { reasonOfFault } from '../platform/file-faults.ts'
import type { Health, HealthCheck } from '../platform/health.ts'

/** The bot's output for the operator who started it. A stream that refuses output stops nothing. */
export interface StartOutput extends HealthCheck {
  /** Prints a permanent line. */
  say(line: string): void
  /**
   * Prints a text that is valid only until the next one, such as a code for linking. In a file, the next one replaces
   * it, so that weeks without a phone do not fill the disk.
   */
  show(text: string): void
}

export interface StartOutputDeps {
  readonly stream: NodeJS.WritableStream & { readonly fd: number }
  /** Called once each time that the stream starts to refuse output, with one sentence. */
  readonly onTrouble: (trouble: string) => void
}

/** Prints to a stream of the process. */
export const createStartOutput = (deps: StartOutputDeps): StartOutput => new StreamOutput(deps)

class StreamOutput implements StartOutput {
  readonly name = 'output'
  readonly #deps: StartOutputDeps
  #shown: { readonly begin: number; readonly end: number } | undefined
  #trouble: string | undefined

  constructor(deps: StartOutputDeps) {
    this.#deps = deps
    // Without a listener, a reader that went away would end the process.
    deps.stream.on('error', (error: Error) => {
      this.#failed(error)
    })
  }

  say(line: string): void {
    try {
      // A stream over a file gives up for good after one full disk; the file itself can be written again later.
      if (this.#sizeOfFile() === undefined) this.#deps.stream.write(`${line}\n`)
      else {
        writeSync(this.#deps.stream.fd, `${line}\n`)
        this.#trouble = undefined
      }
    } catch (error) {
      this.#failed(error)
    }
  }

  show(text: string): void {
    const size = this.#sizeOfFile()
    if (size !== undefined && size === this.#shown?.end) this.#cut(this.#shown.begin)
    const begin = this.#sizeOfFile()
    this.say(text)
    const end = this.#sizeOfFile()
    this.#shown = begin === undefined || end === undefined ? undefined : { begin, end }
  }

  async health(): Promise<Health> {
    return this.#trouble === undefined
      ? { state: 'ok', detail: 'What the start prints can be written.' }
      : { state: 'degraded', detail: `${this.#trouble}. DeniDin goes on; the log has what it would print.` }
  }

  /** In bytes; `undefined` if it is not a file. */
  #sizeOfFile(): number | undefined {
    try {
      const target = fstatSync(this.#deps.stream.fd)
      return target.isFile() ? target.size : undefined
    } catch {
      return undefined
    }
  }

  #cut(size: number): void {
    try {
      ftruncateSync(this.#deps.stream.fd, size)
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    const trouble = `The output of the start ${reasonOfFault(error, '/dev/stdout')}`
    if (this.#trouble === undefined) this.#deps.onTrouble(trouble)
    this.#trouble = trouble
  }
}
