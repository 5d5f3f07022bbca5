import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'

/** What an operator may choose about WhatsApp. */
export interface WhatsAppSettings {
  /** Digits; when given, linking shows a pairing code instead of a QR code. */
  readonly pairing_phone: string | undefined
  /** Path of the Chrome or Chromium to use; `undefined`: system, then bundled. */
  readonly browser_path: string | undefined
  readonly browser_args: readonly string[]
  /** Memory of the browser, in MiB, above which it is replaced in a quiet moment. */
  readonly browser_memory_mb: number
}

/** How long each step may take before something is done about it, and how often it is looked, in milliseconds. */
export interface WhatsAppDeadlines {
  /** From starting the browser to WhatsApp's page answering. */
  readonly open_ms: number
  /** From there, or from the scan, to being ready; every sign of progress begins it anew. */
  readonly ready_ms: number
  /** From handing over a message to the server's acknowledgement. */
  readonly confirm_ms: number
  /** For one question to the page. */
  readonly ask_ms: number
  /** For asking which phone belongs to a LID, or the reverse. */
  readonly identify_ms: number
  /** For ending the browser in good order; after that it is killed. */
  readonly close_ms: number
  /** Pause between two looks at a page that is ready. */
  readonly look_every_ms: number
  /** Pause between two looks at a page that is on its way there, or shows a code. */
  readonly look_early_ms: number
  /** For the page's answer to one look; the second one that is not answered in time replaces the browser. */
  readonly look_ms: number
  /** How long WhatsApp may be without its servers before a new browser tries. */
  readonly offline_ms: number
  /** Pause before the first new browser; it doubles with every failure. */
  readonly retry_ms: number
  readonly longest_retry_ms: number
  /** A browser that was ready for so long was well: the next failure counts as the first one again. */
  readonly stable_ms: number
  /** How long a browser is ready before its login is backed up, and from one backup to the next. */
  readonly backup_after_ms: number
  readonly backup_every_ms: number
  /** How long a new browser may use what it likes: also with a limit that is too low it is not replaced all the time. */
  readonly memory_after_ms: number
  /** Pause between two looks at the browser's memory. */
  readonly memory_every_ms: number
  /** Without a message for so long the moment is quiet. */
  readonly quiet_ms: number
}

export const WHATSAPP_DEADLINES: WhatsAppDeadlines = {
  open_ms: 2 * MINUTE_MS,
  ready_ms: 3 * MINUTE_MS,
  confirm_ms: 15 * SECOND_MS,
  ask_ms: 10 * SECOND_MS,
  identify_ms: 3 * SECOND_MS,
  close_ms: 8 * SECOND_MS,
  look_every_ms: 20 * SECOND_MS,
  look_early_ms: 3 * SECOND_MS,
  look_ms: 8 * SECOND_MS,
  offline_ms: 10 * MINUTE_MS,
  retry_ms: 2 * SECOND_MS,
  longest_retry_ms: 5 * MINUTE_MS,
  stable_ms: 5 * MINUTE_MS,
  backup_after_ms: 2 * MINUTE_MS,
  backup_every_ms: DAY_MS,
  memory_after_ms: 30 * MINUTE_MS,
  memory_every_ms: MINUTE_MS,
  quiet_ms: 30 * SECOND_MS,
}
