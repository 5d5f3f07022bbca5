/** What an operator may choose about WhatsApp. */
export interface WhatsAppSettings {
  /** Digits; when given, linking shows a pairing code instead of a QR code. */
  readonly pairing_phone: string | undefined
  /** Path of the Chrome or Chromium to use; `undefined`: system, then bundled. */
  readonly browser_path: string | undefined
  readonly browser_args: readonly string[]
}

/** How long each step may take before something is done about it, in milliseconds. */
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
}

export const WHATSAPP_DEADLINES: WhatsAppDeadlines = {
  open_ms: 120_000,
  ready_ms: 180_000,
  confirm_ms: 15_000,
  ask_ms: 10_000,
  identify_ms: 3_000,
  close_ms: 8_000,
}
