/** Asks a person at the terminal, line by line. */
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Terminal } from './terminal.ts'

/** Whether a person reads the questions and can answer them. */
export const isAttended = ({ stdin, stderr }: Terminal): boolean => stdin.isTTY === true && stderr.isTTY === true

/** Questions on stderr with their answers on stdin. What is typed ahead answers the next question. */
export class Questions implements Disposable {
  readonly #lines: Interface
  readonly #output: Terminal['stderr']
  readonly #echo: Echo
  readonly #waiting: string[] = []
  #answered: ((line: string | undefined) => void) | undefined
  #isOver = false

  constructor({ stdin, stderr }: Terminal) {
    this.#output = stderr
    this.#echo = new Echo(stderr)
    this.#lines = createInterface({ input: stdin, output: this.#echo, terminal: stderr.isTTY === true })
    this.#lines.on('line', line => {
      if (this.#answered === undefined) this.#waiting.push(line)
      else this.#answer(line)
    })
    this.#lines.on('SIGINT', () => {
      this.#lines.close()
    })
    this.#lines.once('close', () => {
      this.#isOver = true
      // The cursor is still behind the question.
      if (this.#answered !== undefined) this.say('')
      this.#answer(undefined)
    })
  }

  /** Tells the person something. */
  say(text: string): void {
    this.#output.write(`${text}\n`)
  }

  /** The answer, without blanks around it; `undefined` when the person leaves (Ctrl-C, Ctrl-D). */
  async ask(question: string): Promise<string | undefined> {
    const typed = this.#waiting.shift()
    if (typed !== undefined) this.say(`${question}${typed}`)
    return typed?.trim() ?? (await this.#nextLine(question))
  }

  /** Like `ask`, for a secret: what is typed is not shown. */
  async askSecret(question: string): Promise<string | undefined> {
    this.#output.write(question)
    this.#echo.muted = true
    try {
      return this.#waiting.shift()?.trim() ?? (await this.#nextLine(''))
    } finally {
      this.#echo.muted = false
      this.say('')
    }
  }

  [Symbol.dispose](): void {
    this.#lines.close()
  }

  async #nextLine(prompt: string): Promise<string | undefined> {
    if (this.#isOver) return undefined
    this.#lines.setPrompt(prompt)
    this.#lines.prompt()
    const line = await new Promise<string | undefined>(resolve => {
      this.#answered = resolve
    })
    return line?.trim()
  }

  #answer(line: string | undefined): void {
    const answered = this.#answered
    this.#answered = undefined
    answered?.(line)
  }
}

/** What readline writes: the question, and what is typed at a terminal. */
class Echo extends Writable {
  readonly isTTY: boolean
  readonly columns: number | undefined
  readonly #output: Terminal['stderr']
  muted = false

  constructor(output: Terminal['stderr']) {
    super()
    this.#output = output
    this.isTTY = output.isTTY === true
    this.columns = output.columns
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (!this.muted) this.#output.write(chunk)
    done()
  }
}
