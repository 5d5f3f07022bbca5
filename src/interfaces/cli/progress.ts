import type { ClientOptions } from '../../operations/client.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Output } from './terminal.ts'

/** Nothing is said of what is done within this time. */
const QUIET_MS = 2000
/** Lines in a file or pipe come no faster than this. */
const LINE_INTERVAL_MS = 2000

type Step = Parameters<NonNullable<ClientOptions['progress']>>[0]

/** Says on stderr how far a long act has come: one line that changes on a terminal, a line now and then elsewhere. */
export class Progress implements Disposable {
  readonly #what: string
  readonly #clock: Clock
  readonly #output: Output
  readonly #timer: Disposable
  #state = 'working …'
  #speaking = false
  #lastLineAt = Number.NEGATIVE_INFINITY

  constructor(what: string, clock: Clock, output: Output) {
    this.#what = what
    this.#clock = clock
    this.#output = output
    this.#timer = clock.after(QUIET_MS, () => {
      this.#speaking = true
      this.#show()
    })
  }

  /** Takes note of a step. */
  step(step: Step): void {
    this.say(describe(step))
  }

  /** Takes note of what is being done. */
  say(state: string): void {
    if (state === this.#state) return
    this.#state = state
    if (this.#speaking) this.#show()
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]()
    if (this.#speaking && this.#output.isTTY === true) this.#output.write('\r\x1b[K')
  }

  #show(): void {
    const text = `${this.#what}: ${this.#state}`
    if (this.#output.isTTY === true) {
      this.#output.write(`\r\x1b[K${text}`)
      return
    }
    const now = this.#clock.now()
    if (now - this.#lastLineAt < LINE_INTERVAL_MS) return
    this.#lastLineAt = now
    this.#output.write(`${text}\n`)
  }
}

const describe = ({ done, total, unit }: Step): string =>
  `${String(done)}${total === undefined ? '' : ` of ${String(total)}`} ${unit}`
