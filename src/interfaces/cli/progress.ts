/** Shows the progress of long operations on stderr. */
import type { ClientOptions } from '../../operations/client.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Output } from './terminal.ts'

/** Operations that finish within this time show no progress. */
const QUIET_MS = 2000
/** Minimum time between two lines in a file or pipe. */
const LINE_INTERVAL_MS = 2000

type Step = Parameters<NonNullable<ClientOptions['progress']>>[0]

/** On a terminal, one line that is rewritten; elsewhere, a new line at most every two seconds. */
export class Progress implements Disposable {
  readonly #command: string
  readonly #clock: Clock
  readonly #output: Output
  readonly #timer: Disposable
  #state = 'working …'
  #visible = false
  #lastLineAt = Number.NEGATIVE_INFINITY

  constructor(command: string, clock: Clock, output: Output) {
    this.#command = command
    this.#clock = clock
    this.#output = output
    this.#timer = clock.after(QUIET_MS, () => {
      this.#visible = true
      this.#show()
    })
  }

  /** Shows how much is done. */
  step(step: Step): void {
    this.say(describe(step))
  }

  /** Shows what is being done. */
  say(state: string): void {
    if (state === this.#state) return
    this.#state = state
    if (this.#visible) this.#show()
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]()
    if (this.#visible && this.#output.isTTY === true) this.#output.write('\r\x1b[K')
  }

  #show(): void {
    const text = `${this.#command}: ${this.#state}`
    if (this.#output.isTTY === true) {
      this.#output.write(`\r\x1b[K${text}`)
      return
    }
    const now = this.#clock.monotonic()
    if (now - this.#lastLineAt < LINE_INTERVAL_MS) return
    this.#lastLineAt = now
    this.#output.write(`${text}\n`)
  }
}

const describe = ({ done, total, unit }: Step): string =>
  `${String(done)}${total === undefined ? '' : ` of ${String(total)}`} ${unit}`
