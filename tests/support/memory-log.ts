import type { LogFields, Logger } from '../../src/platform/logger.ts'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly component: string
  readonly message: string
  readonly fields: LogFields
}

/** A log that a test can read. */
export interface MemoryLog extends Logger {
  readonly lines: LogLine[]
  /** All lines of a level or above as one text. */
  text(level?: 'debug' | 'info'): string
}

export const memoryLog = (): MemoryLog => {
  const lines: LogLine[] = []
  const child = (component: string): Logger => {
    const at =
      (level: LogLine['level']) =>
      (message: string, fields: LogFields = {}) => {
        lines.push({ level, component, message, fields })
      }
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), for: child }
  }
  return {
    ...child('test'),
    lines,
    text: (level = 'debug') =>
      lines
        .filter(line => level === 'debug' || line.level !== 'debug')
        .map(line => `${line.component} ${line.message} ${JSON.stringify(line.fields)}`)
        .join('\n'),
  }
}
