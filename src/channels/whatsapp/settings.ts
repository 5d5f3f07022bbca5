/** The settings of the WhatsApp channel and its engine, as the app passes them in. */

/** What an operator may configure about WhatsApp. */
export interface WhatsAppSettings {
  /** Digits; if set, linking shows a pairing code instead of a QR code. */
  readonly pairing_phone: string | undefined
  /** Path of the Chrome or Chromium to use; `undefined`: the system's browser, or else the bundled one. */
  readonly browser_path: string | undefined
  readonly browser_args: readonly string[]
  /** Memory of the browser, in MiB, above which it is replaced when the channel is quiet. */
  readonly browser_memory_mb: number
}
