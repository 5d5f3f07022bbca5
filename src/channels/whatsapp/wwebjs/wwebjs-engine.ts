/** The engine over whatsapp-web.js: WhatsApp's own web page in a headless Chrome or Chromium. */
import type { Clock } from '../../../platform/clock.ts'
import { makePrivateFolder } from '../../../platform/files.ts'
import type { Ids } from '../../../platform/ids.ts'
import type { Logger } from '../../../platform/logger.ts'
import { DenidinError } from '../../../platform/errors.ts'
import { temporaryFilesHealth } from '../../../platform/temporary-files.ts'
import type { EngineEvents } from '../engine-events.ts'
import type { EngineConnection, WhatsAppEngine } from '../engine.ts'
import type { WhatsAppSettings } from '../settings.ts'
import { BrowserClient } from './browser-client.ts'
import { endBrowsers, markOf } from './browser-process.ts'
import { findBrowser, type Browser, type Environment } from './browser.ts'
import type { BrowserDeadlines } from './deadlines.ts'
import { backUpProfile, deleteBackup, hasBackup, restoreProfile } from './profile-backup.ts'
import { deleteProfile, freeProfile, makeProfile } from './profile.ts'
import { holdUnhandledRejections } from './unhandled-rejections.ts'

export interface WwebjsEngineDeps {
  readonly settings: WhatsAppSettings
  /** Folder of the login; absolute, because the browser's marker is made from it. */
  readonly login_dir: string
  /** Where the bundled browser is unpacked: private, and kept across restarts. */
  readonly cache_dir: string
  /** Environment of the process: its `PATH` is searched for a browser, which also inherits it. */
  readonly environment: Environment
  readonly deadlines: BrowserDeadlines
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** Each connection is one browser with one client of the library in it. */
export class WwebjsEngine implements WhatsAppEngine {
  readonly #deps: WwebjsEngineDeps
  #browser: Browser | undefined
  #rejections: Disposable | undefined
  #client: BrowserClient | undefined

  constructor(deps: WwebjsEngineDeps) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    const { settings, cache_dir, environment, ids, logger } = this.#deps
    await makePrivateFolder(cache_dir)
    await requireTemporaryFiles()
    this.#browser = await findBrowser({
      configured: settings.browser_path,
      extra_args: settings.browser_args,
      cache_dir,
      environment,
      ids,
      logger,
    })
    logger.info('Browser found', { origin: this.#browser.origin, path: this.#browser.path })
    this.#rejections = holdUnhandledRejections(logger, () => this.#client?.checkNow())
  }

  stop(): Promise<void> {
    this.#rejections?.[Symbol.dispose]()
    this.#rejections = undefined
    return Promise.resolve()
  }

  async prepare(): Promise<void> {
    await requireTemporaryFiles()
    const { login_dir, clock, logger } = this.#deps
    const orphans = await endBrowsers(markOf(login_dir), 'gently', { clock, logger })
    if (orphans > 0) logger.warn('A browser that an earlier run left behind was ended', { orphans })
    await makeProfile(login_dir)
    await freeProfile(login_dir)
  }

  connect(events: EngineEvents, isQuiet: () => boolean): EngineConnection {
    const { settings, login_dir, deadlines, clock, logger } = this.#deps
    if (this.#browser === undefined) throw new DenidinError('not_running', 'The WhatsApp engine is not started')
    const { pairing_phone, browser_memory_mb } = settings
    this.#client = new BrowserClient(
      { browser: this.#browser, login_dir, pairing_phone, browser_memory_mb, isQuiet, deadlines, clock, logger },
      events,
    )
    this.#client.open()
    return this.#client
  }

  hasLoginBackup(): Promise<boolean> {
    return hasBackup(this.#deps.login_dir)
  }

  backUpLogin(signal: AbortSignal): Promise<number> {
    return backUpProfile(this.#deps.login_dir, this.#deps.ids, signal)
  }

  async restoreLogin(): Promise<void> {
    await restoreProfile(this.#deps.login_dir, this.#deps.clock.now())
  }

  async deleteLogin(): Promise<void> {
    await deleteProfile(this.#deps.login_dir)
    await deleteBackup(this.#deps.login_dir)
  }
}

/** Without temporary files a browser fails without saying why. @throws DenidinError `unavailable` */
const requireTemporaryFiles = async (): Promise<void> => {
  const { state, detail } = await temporaryFilesHealth()
  if (state === 'down') throw new DenidinError('unavailable', detail, { retryable: true })
}
