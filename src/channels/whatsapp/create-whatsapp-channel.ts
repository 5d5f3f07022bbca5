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
import type { WhatsAppDiagnostics } from './whatsapp-diagnostics.ts'
import type { Environment } from './wwebjs/browser.ts'
import { BROWSER_DEADLINES, type BrowserDeadlines } from './wwebjs/deadlines.ts'
import { WwebjsDiagnostics } from './wwebjs/wwebjs-diagnostics.ts'
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
  const { login_dir, cache_dir } = foldersIn(data_dir)
  const engine = new WwebjsEngine({
    settings,
    login_dir,
    cache_dir,
    environment,
    deadlines,
    clock,
    ids,
    logger,
  })
  return new WhatsAppChannel({ engine, login: new LoginRecord(login_dir), deadlines, clock, ids, logger, onState })
}

/** Where the login and an unpacked browser are. */
const foldersIn = (data_dir: string): { readonly login_dir: string; readonly cache_dir: string } => ({
  login_dir: resolve(data_dir, 'whatsapp'),
  cache_dir: join(data_dir, 'run', 'browser'),
})

/** What `denidin doctor` needs to examine WhatsApp on this machine; nothing is opened. */
export const createWhatsAppDiagnostics = ({
  settings: { browser_path, browser_args },
  data_dir,
  environment,
  ids,
  logger,
  bundled_dir,
}: Pick<WhatsAppDeps, 'data_dir' | 'environment' | 'ids' | 'logger'> & {
  readonly settings: Pick<WhatsAppSettings, 'browser_path' | 'browser_args'>
  /** Package folder that contains the bundled browser, if it is not our own. */
  readonly bundled_dir?: string
}): WhatsAppDiagnostics => {
  const { login_dir, cache_dir } = foldersIn(data_dir)
  const record = new LoginRecord(login_dir)
  const search = { configured: browser_path, extra_args: browser_args, cache_dir, environment, ids, logger }
  const engine = new WwebjsDiagnostics(bundled_dir === undefined ? search : { ...search, bundled_dir }, login_dir)
  return {
    engine: engine.engine,
    findBrowser: () => engine.findBrowser(),
    staleLock: () => engine.staleLock(),
    freeProfile: () => engine.freeProfile(),
    login: async () => ({ linked: await record.isLinked(), unlinking: await record.lastUnlinking() }),
  }
}
