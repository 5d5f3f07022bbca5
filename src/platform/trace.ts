/** The correlation id that follows one message through the log. */
import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<string>()

/** Runs `act` with a correlation id that every log line written inside it carries. */
export const withTrace = <T>(id: string, act: () => T): T => storage.run(id, act)

/** The correlation id of the current turn, if any. */
export const currentTrace = (): string | undefined => storage.getStore()
