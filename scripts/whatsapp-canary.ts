// Checks, without login, whether the live WhatsApp Web still has the modules and names that DeniDin relies on.
// Needs internet access. Prints what is missing. Exit code: 0 if nothing is missing, 1 if something is, 2 if unknown.
// Usage: npm run canary
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { findBrowser } from '../src/channels/whatsapp/wwebjs/browser.ts'
import { readEnvironment } from '../src/config/environment.ts'
import { asDenidinError } from '../src/platform/errors.ts'
import { makePrivateFolder } from '../src/platform/files.ts'
import { systemIds } from '../src/platform/ids.ts'
import { silentLogger } from '../src/platform/logger.ts'

/** The part of puppeteer, which comes with whatsapp-web.js, that this script uses. */
interface Page {
  goto(url: string, options: { timeout: number; waitUntil: 'domcontentloaded' }): Promise<unknown>
  waitForFunction(expression: string, options: { timeout: number }): Promise<unknown>
  evaluate<T>(expression: string): Promise<T>
}
interface RunningBrowser {
  newPage(): Promise<Page>
  close(): Promise<void>
}
interface Puppeteer {
  launch(options: Readonly<Record<string, unknown>>): Promise<RunningBrowser>
}

const PAGE = 'https://web.whatsapp.com/'
const PAGE_MS = 60_000
const ROOT = join(import.meta.dirname, '..')
const LIBRARY = join(ROOT, 'node_modules/whatsapp-web.js/src')
const CHANNEL = join(ROOT, 'src/channels/whatsapp')
const CACHE = join(ROOT, 'data/run/browser')

/** Names inside modules that DeniDin's own scripts use; the list of modules does not contain them. */
const NAMES = [
  'WAWebSocketModel.Socket',
  'WAWebCollections.Chat.getModelsArray',
  'WAWebCollections.Msg.get',
  'WAWebChatLoadMessages.loadEarlierMsgs',
  'WAWebUserPrefsMeUser.getMaybeMePnUser',
  'WAWebUserPrefsMeUser.getMaybeMeLidUser',
]

/** Every module of WhatsApp's page that the installed library or DeniDin's own scripts require. */
const modulesWanted = (): readonly string[] => {
  const sources = [
    ...readdirSync(LIBRARY, { recursive: true, encoding: 'utf8' }).map(name => join(LIBRARY, name)),
    ...readdirSync(CHANNEL, { recursive: true, encoding: 'utf8' }).map(name => join(CHANNEL, name)),
  ].filter(path => /\.[jt]s$/.test(path))
  const names = sources.flatMap(path =>
    [...readFileSync(path, 'utf8').matchAll(/require\(\s*(?:name:\s*)?['"](WA\w+)['"]/g)].map(match => match[1] ?? ''),
  )
  return [...new Set(names)].sort()
}

/** Those of `names` that the page lacks: modules, or names inside a module, separated by dots. */
const missingIn = (page: Page, names: readonly string[]): Promise<readonly string[]> =>
  page.evaluate(`${JSON.stringify(names)}.filter(name => {
    const [module, ...path] = name.split('.')
    try { return path.reduce((found, key) => found[key], window.require(module)) === undefined } catch { return true }
  })`)

const launch = async (): Promise<RunningBrowser> => {
  const environment = readEnvironment()
  await makePrivateFolder(CACHE)
  const browser = await findBrowser({
    configured: environment['DENIDIN_WHATSAPP_BROWSER_PATH'],
    extra_args: (environment['DENIDIN_WHATSAPP_BROWSER_ARGS'] ?? '').split(/[\s,]+/).filter(each => each !== ''),
    cache_dir: CACHE,
    environment,
    ids: systemIds,
    logger: silentLogger,
  })
  // The library contains puppeteer-core under the name puppeteer.
  const puppeteer = createRequire(import.meta.url)('puppeteer') as Puppeteer
  return await puppeteer.launch({
    executablePath: browser.path,
    headless: browser.headless,
    args: [...browser.args],
    env: { ...browser.environment },
    pipe: true,
  })
}

try {
  const wanted = modulesWanted()
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.goto(PAGE, { timeout: PAGE_MS, waitUntil: 'domcontentloaded' })
    await page.waitForFunction('window.Debug?.VERSION !== undefined && typeof window.require === "function"', {
      timeout: PAGE_MS,
    })
    const version = await page.evaluate<unknown>('window.Debug.VERSION')
    const missing = await missingIn(page, wanted)
    // Names in a missing module are not reported again.
    const names = await missingIn(
      page,
      NAMES.filter(name => !missing.some(module => name.startsWith(`${module}.`))),
    )
    console.log(
      `WhatsApp Web ${String(version)}: ${String(wanted.length - missing.length)} of ${String(wanted.length)} modules are there.`,
    )
    for (const name of [...missing, ...names]) console.log(`missing: ${name}`)
    process.exitCode = missing.length + names.length === 0 ? 0 : 1
  } finally {
    await browser.close()
  }
} catch (error) {
  console.error(`The canary cannot tell: ${asDenidinError(error).message}`)
  process.exitCode = 2
}
