/** The one place that chooses the engine: WhatsApp Web in a browser that DeniDin starts itself. */
import { join, resolve } from 'node:path'
import type { Clock } from '../../platform/clock.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Channel } from '../channel.ts'
import type { ConnectionState } from './connection-state.ts'
import { CHANNEL_DEADLINES, type ChannelDeadlines } from './deadlines.ts'
import { LoginRecord } from './login-record.ts'
import type { WhatsAppSettings } from './settings.ts'
import { WhatsAppChannel } from './whatsapp-channel.ts'
import type { Environment } from './wwebjs/browser.ts'
import { BROWSER_DEADLINES, type BrowserDeadlines } from './wwebjs/deadlines.ts'
import { WwebjsEngine } from './wwebjs/wwebjs-engine.ts'

export type WhatsAppDeadlines = ChannelDeadlines & BrowserDeadlines

export interface WhatsAppDeps {
  readonly settings: WhatsAppSettings
  /** The data root: the login is stored in `whatsapp/` below it, an unpacked browser in `run/browser/`. */
  readonly data_dir: string
  /** Environment of the process: its `PATH` is searched for a browser, which also inherits it. */
  readonly environment: Environment
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  /**
   * Called at every change of the connection's state, and so for every new QR or pairing code too. Must return
   * immediately.
   */
  readonly onState: (state: ConnectionState) => void
  /** Deadlines that differ from the usual ones: tests cannot wait for minutes. */
  readonly deadlines: Partial<WhatsAppDeadlines>
}

/** WhatsApp as a channel. */
export const createWhatsAppChannel = (deps: WhatsAppDeps): Channel => {
  const { settings, data_dir, environment, clock, ids, onState } = deps
  const logger = deps.logger.for('whatsapp')
  const deadlines = { ...CHANNEL_DEADLINES, ...BROWSER_DEADLINES, ...deps.deadlines }
  const login_dir = resolve(data_dir, 'whatsapp')
  const engine = new WwebjsEngine({
    settings,
    login_dir,
    cache_dir: join(data_dir, 'run', 'browser'),
    environment,
    deadlines,
    clock,
    ids,
    logger,
  })
  return new WhatsAppChannel({ engine, login: new LoginRecord(login_dir), deadlines, clock, ids, logger, onState })
}
