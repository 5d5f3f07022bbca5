import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findBrowser } from '../../../src/channels/whatsapp/wwebjs/browser.ts'
import { makePrivateFolder } from '../../../src/platform/files.ts'
import { systemIds } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'

const ROOT = new URL('../../../', import.meta.url)
const CACHE_DIR = fileURLToPath(new URL('data_test/run/browser', ROOT))

/** How long installing it may take, the first time. */
export const BROWSER_INSTALL_MS = 180_000

/**
 * Path of a browser for tests, for `whatsapp.browser_path`: the one that DeniDin would find. A missing one is installed,
 * and the bundled one is unpacked once for all tests. May take half a minute the first time.
 */
export const testBrowser = async (): Promise<string> => {
  await promisify(execFile)(fileURLToPath(new URL('scripts/ensure-browser.sh', ROOT)))
  await makePrivateFolder(CACHE_DIR)
  const { path } = await findBrowser({
    configured: process.env['DENIDIN_WHATSAPP_BROWSER_PATH'],
    extra_args: [],
    cache_dir: CACHE_DIR,
    environment: process.env,
    ids: systemIds,
    logger: silentLogger,
  })
  return path
}
