/** Measures the memory of the browser until it uses too much and the channel is quiet. */
import type { Clock } from '../../../platform/clock.ts'
import type { Logger } from '../../../platform/logger.ts'
import { reasonOf } from '../failure-reason.ts'
import { memoryOfBrowsers } from './browser-process.ts'

export interface BrowserMemoryDeps {
  /** Marker of the browsers that are measured. */
  readonly mark: string
  /** In MiB; more is too much. */
  readonly most_mb: number
  /** Pause before the first measurement, and between two. */
  readonly after_ms: number
  readonly every_ms: number
  /** Whether no one would notice if WhatsApp were briefly unavailable. */
  readonly isQuiet: () => boolean
  readonly clock: Clock
  readonly logger: Logger
}

const MEBIBYTE = 2 ** 20

/**
 * Resolves with the memory, in MiB, once it is too much and the channel is quiet; with `undefined` if `signal` is
 * aborted first. Never rejects.
 */
export const waitForExcess = async (deps: BrowserMemoryDeps, signal: AbortSignal): Promise<number | undefined> => {
  const { clock, logger, mark, most_mb } = deps
  let announced = false
  for (let pause_ms = deps.after_ms; ; pause_ms = deps.every_ms) {
    await clock.sleep(pause_ms, signal).catch(() => undefined)
    if (signal.aborted) return undefined
    const used_mb = await memoryOfBrowsers(mark).then(
      bytes => Math.round(bytes / MEBIBYTE),
      (error: unknown) => {
        logger.debug('The memory of the browser cannot be measured', { reason: reasonOf(error) })
        return 0
      },
    )
    logger.debug('Memory of the browser', { used_mb })
    if (used_mb <= most_mb) continue
    if (deps.isQuiet()) return used_mb
    if (!announced)
      logger.info('The browser uses too much memory and is replaced once the channel is quiet', { used_mb, most_mb })
    announced = true
  }
}
