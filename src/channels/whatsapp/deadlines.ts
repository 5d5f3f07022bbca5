/** How long the channel waits for WhatsApp, and how often it tries again. An engine has its own deadlines. */
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'

/** All in milliseconds. */
export interface ChannelDeadlines {
  /** From handing over a message to the server's acknowledgement. */
  readonly confirm_ms: number
  /** For asking which phone belongs to a LID, or the reverse. */
  readonly identify_ms: number
  /** For finishing work in progress at a stop, and then for closing the connection cleanly. */
  readonly close_ms: number
  /** Pause before the first new connection; it doubles with every failure. */
  readonly retry_ms: number
  readonly longest_retry_ms: number
  /** After being ready for this long, the next failure counts as the first one. */
  readonly stable_ms: number
  /** How long a connection must be ready before its login is backed up; also the interval between backups. */
  readonly backup_after_ms: number
  readonly backup_every_ms: number
  /** The channel counts as quiet after this long without a message. */
  readonly quiet_ms: number
}

export const CHANNEL_DEADLINES: ChannelDeadlines = {
  confirm_ms: 15 * SECOND_MS,
  identify_ms: 3 * SECOND_MS,
  close_ms: 8 * SECOND_MS,
  retry_ms: 2 * SECOND_MS,
  longest_retry_ms: 5 * MINUTE_MS,
  stable_ms: 5 * MINUTE_MS,
  backup_after_ms: 2 * MINUTE_MS,
  backup_every_ms: DAY_MS,
  quiet_ms: 30 * SECOND_MS,
}
