/**
 * Implements the logger with winston: writes `denidin.log`, one file per day, and on request the same lines as JSON, to
 * the terminal, and to systemd's journal.
 */
import { once } from 'node:events'
import { Writable } from 'node:stream'
import winston from 'winston'
import type { Clock } from './clock.ts'
import { DailyFile } from './daily-file.ts'
import type { HealthCheck } from './health.ts'
import { journalPrefix } from './journal.ts'
import { currentTrace } from './trace.ts'
import type { LogFields, Logger } from './logger.ts'

/** Where the log is written and how much of it is kept. */
export interface LogSettings {
  readonly logs_dir: string
  readonly log_level: 'debug' | 'info' | 'warn' | 'error'
  /** Whether to write to the terminal too. */
  readonly console: boolean
  /** Whether to write every line as JSON too, to `denidin.json.log`. */
  readonly log_json?: boolean
  /** Receives the lines for systemd's journal, if the bot runs under it. */
  readonly journal?: Writable | undefined
  /**
   * Called once each time that the file starts to refuse lines, with one sentence; and with each warning or error that
   * comes after the log was closed.
   */
  readonly onTrouble?: (trouble: string) => void
  /** Called with the level of each warning and error. */
  readonly onLine?: (level: 'warn' | 'error') => void
}

const KEPT_DAYS = 30
const EOL = '\n'

const writeField = (value: string | number | boolean): string =>
  typeof value === 'string' && !/^[^\s="]+$/.test(value) ? JSON.stringify(value) : String(value)

interface LogLine {
  readonly timestamp: string
  readonly level: string
  readonly component: string
  readonly message: string
  readonly fields: LogFields
}

const line = winston.format.printf(info => textOf(info as unknown as LogLine))
const json = winston.format.printf(info => jsonOf(info as unknown as LogLine))
const journalLine = winston.format.printf(info => {
  const entry = info as unknown as LogLine
  return journalPrefix(entry.level) + journalTextOf(entry)
})

/** The journal adds the time by itself. */
const journalTextOf = ({ level, component, message, fields }: Omit<LogLine, 'timestamp'>): string => {
  const rest = Object.entries(fields)
    .filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined)
    .map(([key, value]) => ` ${key}=${writeField(value)}`)
    .join('')
  return `${level.toUpperCase()} ${component} ${message.replace(/\s*\n\s*/g, ' ')}${rest}`
}

const textOf = ({ timestamp, ...entry }: LogLine): string => `${timestamp} ${journalTextOf(entry)}`

/** The time comes first: the file of a day is told by it. */
const jsonOf = ({ timestamp, level, component, message, fields }: LogLine): string =>
  JSON.stringify({ time: timestamp, level, component, message, ...fields })

/** A log whose lines have reached the disk once `close` has resolved. */
export interface ClosableLogger extends Logger {
  /** Whether the lines can be written. */
  readonly file: HealthCheck
  close(): Promise<void>
}

/** A stream that writes each of winston's lines before it accepts the next. */
const streamTo = (file: DailyFile): Writable =>
  new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, next) => {
      file.write(line.slice(0, -EOL.length))
      next()
    },
  })

/**
 * The log of a running DeniDin: `logs/denidin.log` is always the current file; earlier days are stored beside it,
 * compressed, for 30 days. A line reads `time LEVEL component message key=value…`; inside a turn it carries that turn's
 * `trace`.
 */
export const createWinstonLogger = (settings: LogSettings, clock: Clock): ClosableLogger => {
  const { onTrouble, onLine } = settings
  const gapLine = ({ lost, reason }: { readonly lost: number; readonly reason: string }): string =>
    `${new Date(clock.now()).toISOString()} WARN log Lines are late or lost lost=${String(lost)} reason=${writeField(reason)}`
  const jsonGap = ({ lost, reason }: { readonly lost: number; readonly reason: string }): string =>
    jsonOf({
      timestamp: new Date(clock.now()).toISOString(),
      level: 'warn',
      component: 'log',
      message: 'Lines are late or lost',
      fields: { lost, reason },
    })
  const daily = { folder: settings.logs_dir, keptDays: KEPT_DAYS, clock, onTrouble }
  const file = new DailyFile({ ...daily, name: 'denidin', gapLine })
  const jsonFile =
    settings.log_json === true ? new DailyFile({ ...daily, name: 'denidin.json', gapLine: jsonGap }) : undefined
  const transports: readonly winston.transport[] = [
    new winston.transports.Stream({ stream: streamTo(file), eol: EOL, format: line }),
    ...(jsonFile === undefined
      ? []
      : [new winston.transports.Stream({ stream: streamTo(jsonFile), eol: EOL, format: json })]),
    ...(settings.journal === undefined
      ? []
      : [new winston.transports.Stream({ stream: settings.journal, eol: EOL, format: journalLine })]),
  ]
  const root = winston.createLogger({
    level: settings.log_level,
    transports: settings.console ? [...transports, new winston.transports.Console({ format: line })] : [...transports],
  })
  let isClosed = false
  // winston formats a line before it finds out that no one wants it.
  const isWanted = (level: string): boolean => (root.levels[level] ?? 0) <= (root.levels[settings.log_level] ?? 0)
  const child = (component: string): Logger => {
    const write = (level: string): Logger['info'] => {
      if (!isWanted(level)) return () => undefined
      return (message, fields = {}) => {
        const trace = currentTrace()
        const timestamp = new Date(clock.now()).toISOString()
        const entry = {
          level,
          timestamp,
          component,
          message,
          fields: trace === undefined ? fields : { ...fields, trace },
        }
        if (level === 'warn' || level === 'error') onLine?.(level)
        // A failure at the very end must not cause another one.
        if (!isClosed) root.log(entry)
        else if (level === 'warn' || level === 'error') onTrouble?.(textOf(entry))
      }
    }
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), for: child }
  }
  return {
    ...child('app'),
    file,
    close: async () => {
      isClosed = true
      const written = transports.map(transport => once(transport, 'finish'))
      root.end()
      await Promise.all(written)
      await file.close()
      await jsonFile?.close()
    },
  }
}
