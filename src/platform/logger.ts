/** The port of the log. */

/** Values that may stand behind a log line. Never a person's words, never a secret, at info or above. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** A log for one component. `debug` alone may carry a person's words. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log under another component name, such as `session` or `memory.recall`. */
  for(component: string): Logger
}

/** A log that keeps nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  for: () => silentLogger,
}
