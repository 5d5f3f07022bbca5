import type { LogFields, Logger } from '../../src/platform/logger.ts'

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly component: string
  readonly message: string
  readonly fields: LogFields
}

/** A log that keeps its lines and lets a test wait for one. */
export class KeptLog implements Logger {
  readonly lines: Line[]
  readonly #component: string
  readonly #waiting: { readonly wanted: (line: Line) => boolean; readonly found: (line: Line) => void }[]

  constructor(component = 'app', parent?: KeptLog) {
    this.#component = component
    this.lines = parent?.lines ?? []
    this.#waiting = parent === undefined ? [] : parent.#waiting
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', message, fields)
  }
  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields)
  }
  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields)
  }
  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields)
  }
  for(component: string): Logger {
    return new KeptLog(component, this)
  }

  /** The newest line with this message. */
  last(message: string): Line | undefined {
    return this.lines.findLast(line => line.message === message)
  }

  /** The next line with this message, from now on. */
  next(message: string): Promise<Line> {
    return new Promise(found => this.#waiting.push({ wanted: line => line.message === message, found }))
  }

  #write(level: Line['level'], message: string, fields: LogFields = {}): void {
    const line = { level, component: this.#component, message, fields }
    this.lines.push(line)
    for (const { wanted, found } of this.#waiting) if (wanted(line)) found(line)
  }
}
