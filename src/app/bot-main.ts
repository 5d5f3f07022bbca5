/** The entry point of the bot process. */
import { readEnvironment } from '../config/environment.ts'
import { systemClock } from '../platform/clock.ts'
import { DenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { PrometheusMetrics } from '../platform/prometheus-metrics.ts'
import { ServiceManager } from '../platform/service-manager.ts'
import { isJournal } from '../platform/journal.ts'
import { createWinstonLogger } from '../platform/winston-logger.ts'
import { createChannels } from './channels.ts'
import { connectThroughProxy, readSettings, readVersion } from './bootstrap.ts'
import { runBot } from './run-bot.ts'
import { createStartOutput } from './startup-console.ts'
import { surroundings } from './runtime.ts'

/** After a second signal the bot ends immediately; the next start resumes unfinished work. */
const FORCED_EXIT_CODE = 130
/** The file descriptor of stdout. */
const STDOUT = 1

/** Runs the bot until SIGTERM or SIGINT; resolves with the exit code of the process. */
export const main = async (process: NodeJS.Process): Promise<number> => {
  let log: Logger | undefined
  const output = createStartOutput({ stream: process.stdout, onTrouble: trouble => log?.warn(trouble) })
  const complain = printerOf(process.stderr)
  try {
    const loaded = readSettings()
    const { settings, origins, warnings } = loaded
    const proxy = connectThroughProxy(loaded)
    for (const warning of warnings) output.say(`Warning: ${warning}`)
    const stop = new AbortController()
    const end = (): void => {
      if (stop.signal.aborted) process.exit(FORCED_EXIT_CODE)
      stop.abort()
    }
    process.on('SIGTERM', end)
    process.on('SIGINT', end)
    // Closing a terminal ends its processes; a background process continues (Node undoes nohup).
    process.on('SIGHUP', process.stdout.isTTY ? end : () => undefined)
    // Programs that rotate logs send these. Node would open its debugger to everyone on this machine, or end.
    for (const signal of ['SIGUSR1', 'SIGUSR2'] as const)
      process.on(signal, () => log?.info('Signal ignored', { signal }))
    const metrics = new PrometheusMetrics()
    metrics.watchProcess()
    const onLine = (level: 'warn' | 'error'): void => {
      metrics.add('log_lines_total', { level })
    }
    const environment = readEnvironment()
    const journal = isJournal(environment['JOURNAL_STREAM'], STDOUT) ? process.stdout : undefined
    const logger = createWinstonLogger(
      { ...settings, console: false, journal, onTrouble: complain, onLine },
      systemClock,
    )
    log = logger.for('app')
    const parts = surroundings(settings, logger, { metrics, registry: async () => metrics })
    if (proxy !== undefined) log.info('Requests go through a proxy', { proxy })
    for (const warning of warnings) logger.for('config').warn(warning)
    process.on('unhandledRejection', reason => {
      logger.error('A background task failed', { reason: String(reason) })
    })
    process.on('uncaughtException', error => {
      logger.error('An unexpected error occurred', { reason: String(error) })
      // A shortage of file handles or processes is temporary; after any other error the state is unknown.
      if (!isShortage(error)) process.exit(1)
    })
    using service = new ServiceManager(environment, parts.clock, logger)
    try {
      await runBot({
        settings,
        origins,
        parts,
        version: readVersion(),
        pid: process.pid,
        channels: show => createChannels(settings, parts, show),
        streams: [logger.file, output],
        stop: stop.signal,
        output,
        service,
      })
    } finally {
      await logger.close()
    }
    return 0
  } catch (error) {
    if (!(error instanceof DenidinError)) throw error
    complain(error.message)
    return 1
  }
}

/** The system's error codes for a shortage of file handles, processes or memory for them. */
const SHORTAGES: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'EAGAIN'])

const isShortage = (error: NodeJS.ErrnoException): boolean => SHORTAGES.has(error.code)

/** Prints lines to a stream; if the stream does not accept a line, it is lost, and nothing else happens. */
const printerOf = (stream: NodeJS.WritableStream): ((line: string) => void) => {
  stream.on('error', () => undefined)
  return line => {
    stream.write(`${line}\n`)
  }
}
