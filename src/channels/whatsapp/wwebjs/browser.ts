/** Finds a Chrome or Chromium that starts on this machine, and determines the arguments that it needs. */
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DenidinError } from '../../../platform/errors.ts'
import { exists } from '../../../platform/files.ts'
import type { Ids } from '../../../platform/ids.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { FoundBrowser } from '../whatsapp-diagnostics.ts'
import { bundledBrowser, LIBRARIES_FOLDER } from './bundled-browser.ts'

/** A Chrome or Chromium that starts on this machine, and how to start it. */
export interface Browser extends FoundBrowser {
  /** `shell`: a program that only supports the old headless mode. */
  readonly headless: true | 'shell'
  readonly args: readonly string[]
  readonly environment: Environment
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface BrowserSearch {
  /** Path from the configuration; if set, no other browser is tried. */
  readonly configured: string | undefined
  /** Arguments of the operator; they come last. */
  readonly extra_args: readonly string[]
  /** Where the bundled browser is unpacked: private, and kept across restarts. */
  readonly cache_dir: string
  /** Environment of the process: `PATH` is searched, and the browser inherits it. */
  readonly environment: Environment
  readonly ids: Ids
  readonly logger: Logger
  /** Package folder that contains the bundled browser. */
  readonly bundled_dir?: string
}

const BUNDLED_DIR = fileURLToPath(new URL('../../../../bundled-browser', import.meta.url))
const SYSTEM_NAMES = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'chrome',
  'chromium-headless-shell',
  'chrome-headless-shell',
]
const SYSTEM_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
const BASE_ARGS = [
  // No one sees the page: rendering it would only use memory.
  '--disable-gpu',
  '--disable-software-rasterizer',
  '--mute-audio',
  '--no-default-browser-check',
  // We recognise some texts of the page, so they must be English on every machine.
  '--accept-lang=en-US',
  '--lang=en-US',
]
const NO_SANDBOX = '--no-sandbox'
const SANDBOX_HELPER = 'chrome-sandbox'
const SETUID = 0o4000
const TRIAL_MS = 30_000
const ADVICE =
  'Install Google Chrome or Chromium, or set whatsapp.browser_path, or (Linux x64) run scripts/ensure-browser.sh.'

/**
 * Finds a browser that starts: the configured one, else the system's, else the bundled one.
 * @throws DenidinError `invalid_config` if the configured one does not start, `unavailable` if there is none.
 */
export const findBrowser = async (search: BrowserSearch): Promise<Browser> => {
  const { configured } = search
  if (configured !== undefined) {
    const trial = await tryBrowser(configured, search.environment)
    if ('environment' in trial) return await describe(configured, 'configured', trial, search)
    throw new DenidinError('invalid_config', `whatsapp.browser_path: ${configured} does not start: ${trial.refusal}`)
  }
  const refusals: string[] = []
  for (const path of await systemBrowsers(search.environment)) {
    const trial = await tryBrowser(path, search.environment)
    if ('environment' in trial) return await describe(path, 'system', trial, search)
    refusals.push(`${path}: ${trial.refusal}`)
  }
  const bundled = await bundledBrowser(search.bundled_dir ?? BUNDLED_DIR, search.cache_dir, search.ids)
  if (bundled !== undefined) {
    const trial = await tryBrowser(bundled, search.environment)
    if ('environment' in trial) return await describe(bundled, 'bundled', trial, search)
    refusals.push(`${bundled}: ${trial.refusal}`)
  }
  throw new DenidinError('unavailable', ['No browser for WhatsApp was found.', ADVICE, ...refusals].join(' '))
}

const systemBrowsers = async ({ PATH = '' }: Environment): Promise<string[]> => {
  const folders = PATH.split(delimiter).filter(folder => folder !== '')
  const candidates = [...SYSTEM_NAMES.flatMap(name => folders.map(folder => join(folder, name))), ...SYSTEM_PATHS]
  const found: string[] = []
  for (const path of candidates) {
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (usable) found.push(path)
  }
  return found
}

/** A program that started: what it printed, and the environment that it needs. */
interface Started {
  readonly environment: Environment
  readonly version: string
}

/** Asks a browser for its version: with the system's libraries, or else with those in the folder beside it. */
const tryBrowser = async (path: string, environment: Environment): Promise<Started | { refusal: string }> => {
  const first = await run(path, ['--version'], environment)
  if ('printed' in first) return { environment, version: first.printed }
  const libraries = join(dirname(path), LIBRARIES_FOLDER)
  if (!(await exists(libraries))) return first
  const { LD_LIBRARY_PATH: others } = environment
  const helped = { ...environment, LD_LIBRARY_PATH: [libraries, others].filter(Boolean).join(delimiter) }
  const second = await run(path, ['--version'], helped)
  return 'printed' in second ? { environment: helped, version: second.printed } : second
}

/** Runs a program: what it printed, or one line that says why it failed. */
const run = (
  path: string,
  args: readonly string[],
  env: Environment,
): Promise<{ readonly printed: string } | { readonly refusal: string }> =>
  new Promise(resolve => {
    execFile(path, args, { env, timeout: TRIAL_MS }, (error, stdout, stderr) => {
      if (error === null) resolve({ printed: stdout.trim() })
      else resolve({ refusal: stderr.trim().split('\n').at(-1) || (error.message.split('\n')[0] ?? '') })
    })
  })

const describe = async (
  path: string,
  origin: Browser['origin'],
  { environment, version }: Started,
  search: BrowserSearch,
): Promise<Browser> => ({
  path,
  origin,
  version,
  headless: /headless[-_]shell$/.test(basename(path)) ? 'shell' : true,
  args: [...BASE_ARGS, ...(await sandboxArgs(path, search)), ...search.extra_args],
  environment,
})

/**
 * As root, Chromium refuses to start with its sandbox. As an ordinary user it needs either permission to create
 * namespaces or an installed setuid helper.
 */
const sandboxArgs = async (path: string, { logger, environment }: BrowserSearch): Promise<string[]> => {
  if (process.platform !== 'linux') return []
  if (process.getuid?.() === 0) {
    logger.warn('Running as root: the browser starts without its sandbox. An ordinary user is safer.')
    return [NO_SANDBOX]
  }
  if ((await hasSandboxHelper(path)) || (await canMakeNamespaces(environment))) return []
  logger.warn('This system does not allow users to create namespaces: the browser starts without its sandbox.')
  return [NO_SANDBOX]
}

/** Debian's Chromium and Google's Chrome come with a helper that creates the sandbox as root. */
const hasSandboxHelper = async (path: string): Promise<boolean> => {
  const folders = [dirname(await realpath(path)), '/usr/lib/chromium', '/opt/google/chrome']
  // The helper serves the program in its own folder; wrapper scripts are in another folder than their program.
  const wrapped = /^\/(usr\/)?bin\//.test(path) ? folders : folders.slice(0, 1)
  for (const folder of wrapped) {
    const found = await stat(join(folder, SANDBOX_HELPER)).catch(() => undefined)
    if (found !== undefined && found.uid === 0 && (found.mode & SETUID) !== 0) return true
  }
  return false
}

/** Creates user, process and network namespaces as the sandbox does, with a tool that every Linux has. */
const canMakeNamespaces = async (environment: Environment): Promise<boolean> =>
  'printed' in (await run('unshare', ['--user', '--map-root-user', '--pid', '--net', '--fork', 'true'], environment))
