/** Asks a person at the terminal, line by line. */
import { createInterface, type Interface } from 'node:readline'
import type { Terminal } from './terminal.ts'

/** Whether a person reads the questions and can answer them. */
export const isAttended = ({ stdin, stderr }: Terminal): boolean => stdin.isTTY === true && stderr.isTTY === true

/** Questions on stderr with their answers on stdin. What is typed ahead answers the next question. */
export class Questions implements Disposable {
  readonly #lines: Interface
  readonly #output: Terminal['stderr']
  readonly #waiting: string[] = []
  #answered: ((line: string | undefined) => void) | undefined
  #isOver = false

  constructor({ stdin, stderr }: Terminal) {
    this.#output = stderr
    this.#lines = createInterface({ input: stdin, output: stderr })
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
    this.#lines.setPrompt(question)
    const typed = this.#waiting.shift()
    if (typed !== undefined) this.say(`${question}${typed}`)
    if (typed !== undefined || this.#isOver) return typed?.trim()
    this.#lines.prompt()
    const line = await new Promise<string | undefined>(resolve => {
      this.#answered = resolve
    })
    return line?.trim()
  }

  [Symbol.dispose](): void {
    this.#lines.close()
  }

  #answer(line: string | undefined): void {
    const answered = this.#answered
    this.#answered = undefined
    answered?.(line)
  }
}
