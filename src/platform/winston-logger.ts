import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import winston from 'winston'
import DailyRotateFile from 'winston-daily-rotate-file'
import { currentTrace } from './trace.ts'
import type { LogFields, Logger } from './logger.ts'

/** Where the log goes and how much of it is kept. */
export interface LogSettings {
  readonly logs_dir: string
  readonly log_level: 'debug' | 'info' | 'warn' | 'error'
  /** Writes to the terminal too. */
  readonly console: boolean
}

const LOG_RETENTION = '30d'
const LOG_FILE = 'denidin.log'
const PRIVATE_FOLDER_MODE = 0o700
const PRIVATE_FILE_MODE = 0o600

const writeField = (value: string | number | boolean): string =>
  typeof value === 'string' && !/^[^\s="]+$/.test(value) ? JSON.stringify(value) : String(value)

const line = winston.format.printf(info => {
  const { timestamp, level, component, message, fields } = info as unknown as {
    timestamp: string
    level: string
    component: string
    message: string
    fields: LogFields
  }
  const rest = Object.entries(fields)
    .filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined)
    .map(([key, value]) => ` ${key}=${writeField(value)}`)
    .join('')
  return `${timestamp} ${level.toUpperCase()} ${component} ${message.replace(/\s*\n\s*/g, ' ')}${rest}`
})

/** A log whose lines have reached the disk once `close` has resolved. */
export interface ClosableLogger extends Logger {
  close(): Promise<void>
}

/**
 * The log of a running DeniDin: `logs/denidin.log` is always the current file, older days lie beside it, compressed,
 * for 30 days. A line reads `time LEVEL component message key=value…`; inside a turn it carries that turn's `trace`.
 */
export const createWinstonLogger = (settings: LogSettings): ClosableLogger => {
  mkdirSync(settings.logs_dir, { recursive: true, mode: PRIVATE_FOLDER_MODE })
  const file = new DailyRotateFile({
    dirname: settings.logs_dir,
    filename: 'denidin-%DATE%.log',
    datePattern: 'YYYY-MM-DD',
    createSymlink: true,
    symlinkName: LOG_FILE,
    auditFile: join(settings.logs_dir, '.rotation.json'),
    maxFiles: LOG_RETENTION,
    zippedArchive: true,
    options: { mode: PRIVATE_FILE_MODE, flags: 'a' },
  })
  const root = winston.createLogger({
    level: settings.log_level,
    format: winston.format.combine(winston.format.timestamp(), line),
    transports: settings.console ? [file, new winston.transports.Console()] : [file],
  })
  const child = (component: string): Logger => {
    const write =
      (level: string) =>
      (message: string, fields: LogFields = {}) => {
        const trace = currentTrace()
        root.log({ level, component, message, fields: trace === undefined ? fields : { ...fields, trace } })
      }
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), for: child }
  }
  return {
    ...child('app'),
    close: () =>
      new Promise(resolve => {
        file.once('finish', () => {
          resolve()
        })
        root.end()
      }),
  }
}
