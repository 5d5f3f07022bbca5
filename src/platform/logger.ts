/** The port of the log. */

/** Values that may follow a log message. At info or above never a person's text, never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** A log for one component. Only `debug` may contain a person's text. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log under another component name, such as `session` or `memory.recall`. */
  for(component: string): Logger
}

/** A log that discards everything. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  for: () => silentLogger,
}
