/** How long each step of the browser and its page may take, and how often they are checked. */
import { MINUTE_MS, SECOND_MS } from '../../../platform/clock.ts'
import { CHANNEL_DEADLINES, type ChannelDeadlines } from '../deadlines.ts'

/** All in milliseconds. */
export interface BrowserDeadlines extends Pick<ChannelDeadlines, 'close_ms'> {
  /** From starting the browser to WhatsApp's page answering. */
  readonly open_ms: number
  /** From there, or from the scan, until ready; every sign of progress restarts it. */
  readonly ready_ms: number
  /** For one request to the page. */
  readonly ask_ms: number
  /** Pause between two health checks of a page that is ready. */
  readonly look_every_ms: number
  /** Pause between two health checks of a page that is loading, or shows a code. */
  readonly look_early_ms: number
  /** For the page's answer to a health check; after two missed ones the browser is replaced. */
  readonly look_ms: number
  /** How long WhatsApp may be disconnected from its servers before a new browser tries. */
  readonly offline_ms: number
  /** Grace period of a new browser: even with too low a limit it is not replaced all the time. */
  readonly memory_after_ms: number
  /** Pause between two measurements of the browser's memory. */
  readonly memory_every_ms: number
}

export const BROWSER_DEADLINES: BrowserDeadlines = {
  open_ms: 2 * MINUTE_MS,
  ready_ms: 3 * MINUTE_MS,
  ask_ms: 10 * SECOND_MS,
  close_ms: CHANNEL_DEADLINES.close_ms,
  look_every_ms: 20 * SECOND_MS,
  look_early_ms: 3 * SECOND_MS,
  look_ms: 8 * SECOND_MS,
  offline_ms: 10 * MINUTE_MS,
  memory_after_ms: 30 * MINUTE_MS,
  memory_every_ms: MINUTE_MS,
}
