/** Examines the browser, the profile and the library of the engine for `denidin doctor`. */
import { createRequire } from 'node:module'
import { makePrivateFolder } from '../../../platform/files.ts'
import type { FoundBrowser, WhatsAppDiagnostics } from '../whatsapp-diagnostics.ts'
import { findBrowser, type BrowserSearch } from './browser.ts'
import { freeProfile, staleLock } from './profile.ts'

/** The diagnostics of the engine; the login is a matter of the channel. */
export class WwebjsDiagnostics implements Omit<WhatsAppDiagnostics, 'login'> {
  readonly #search: BrowserSearch
  readonly #login_dir: string

  constructor(search: BrowserSearch, login_dir: string) {
    this.#search = search
    this.#login_dir = login_dir
  }

  get engine(): WhatsAppDiagnostics['engine'] {
    return { name: 'whatsapp-web.js', version: libraryVersion() }
  }

  async findBrowser(): Promise<FoundBrowser> {
    // A bundled browser is unpacked on first use.
    await makePrivateFolder(this.#search.cache_dir)
    const { path, origin, version } = await findBrowser(this.#search)
    return { path, origin, version }
  }

  staleLock(): Promise<string | undefined> {
    return staleLock(this.#login_dir)
  }

  freeProfile(): Promise<void> {
    return freeProfile(this.#login_dir)
  }
}

/** The installed version of the library, whose package does not export it. */
const libraryVersion = (): string => {
  try {
    return (createRequire(import.meta.url)('whatsapp-web.js/package.json') as { version: string }).version
  } catch {
    return 'not installed'
  }
}
