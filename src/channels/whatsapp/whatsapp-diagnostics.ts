/** The port by which `denidin doctor` examines what WhatsApp needs on this machine, without opening WhatsApp. */
import type { Unlinking } from './login-record.ts'

/** The browser that WhatsApp would use. */
export interface FoundBrowser {
  readonly path: string
  readonly origin: 'configured' | 'system' | 'bundled'
  /** As the program prints it, such as `Chromium 153.0.7300.0`. */
  readonly version: string
}

/** Whether the device is linked. */
export interface LoginState {
  readonly linked: boolean
  /** Why and when the last login ended. */
  readonly unlinking: Unlinking | undefined
}

export interface WhatsAppDiagnostics {
  /** The engine's library. */
  readonly engine: { readonly name: string; readonly version: string }
  /**
   * Starts each browser of this machine for a moment, until one does.
   * @throws DenidinError `invalid_config` if the configured one does not start, `unavailable` if there is none; the
   *   message repeats what the programs said
   */
  findBrowser(): Promise<FoundBrowser>
  /** The lock that a browser left in the profile when it died; `undefined` if nothing is in the way. */
  staleLock(): Promise<string | undefined>
  /** Removes that lock. */
  freeProfile(): Promise<void>
  login(): Promise<LoginState>
}
