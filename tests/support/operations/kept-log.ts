// A log that keeps its lines, for tests that look at what is logged.
import type { LogFields, Logger } from '../../../src/platform/logger.ts'

export interface KeptLog extends Logger {
  readonly lines: { level: string; component: string; message: string; fields: LogFields }[]
}

export const keptLog = (): KeptLog => {
  const lines: KeptLog['lines'] = []
  const child = (component: string): KeptLog => {
    const write =
      (level: string) =>
      (message: string, fields: LogFields = {}): void => {
        lines.push({ level, component, message, fields })
      }
    return {
      lines,
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      for: child,
    }
  }
  return child('test')
}
