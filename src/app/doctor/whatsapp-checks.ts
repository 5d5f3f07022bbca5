/** Checks of what WhatsApp needs: a browser that starts, a free profile, a device that is linked. */
import type { FoundBrowser } from '../../channels/whatsapp/whatsapp-diagnostics.ts'
import type { DoctorCheck, Finding } from '../../platform/checkup.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { once } from '../../platform/once.ts'
import type { DoctorDeps } from './doctor-deps.ts'

/** How the loader of Linux says that a library is missing. */
const MISSING_LIBRARY = /(\S+?): error while loading shared libraries: (\S+?):/
const ENSURE = 'scripts/ensure-browser.sh'
const OFF: Finding = { state: 'off', detail: 'WhatsApp is off (whatsapp.enabled).' }

type Search = { readonly browser: FoundBrowser } | { readonly refusal: string }

export const whatsAppChecks = (deps: DoctorDeps): readonly DoctorCheck[] => {
  const { whatsapp, configuration, versions } = deps
  const isOff = configuration.loaded?.settings.whatsapp.enabled === false
  let search = once(() => findBrowser(whatsapp))
  const detect = async (judge: (found: Search) => Finding): Promise<Finding> => {
    if (isOff) return OFF
    const found = await search()
    if ('browser' in found) versions.set('browser', found.browser.version)
    return judge(found)
  }
  const install = async (): Promise<string> => {
    await deps.runScript(ENSURE)
    search = once(() => findBrowser(whatsapp))
    return `${ENSURE} installed the bundled browser.`
  }
  const isConfigured = configuration.loaded?.settings.whatsapp.browser_path !== undefined
  // A path of the configuration is a decision of the operator: no other browser takes its place.
  const repair = isConfigured ? {} : { repair: install }
  return [
    { id: 'browser', title: 'browser', severity: 'critical', detect: () => detect(browserFinding), ...repair },
    {
      id: 'browser-libraries',
      title: 'libraries of the browser',
      severity: 'critical',
      detect: () => detect(librariesFinding),
      ...repair,
    },
    profileLockCheck(deps, isOff),
    { id: 'whatsapp-link', title: 'WhatsApp link', severity: 'error', detect: () => linkFinding(deps, isOff) },
  ]
}

const findBrowser = async (whatsapp: DoctorDeps['whatsapp']): Promise<Search> => {
  try {
    return { browser: await whatsapp.findBrowser() }
  } catch (error) {
    return { refusal: asDenidinError(error).message }
  }
}

const browserFinding = (found: Search): Finding => {
  if ('browser' in found) {
    const { version, path, origin } = found.browser
    return { state: 'ok', detail: `${version} starts (${origin}: ${path}).` }
  }
  if (MISSING_LIBRARY.test(found.refusal)) {
    return { state: 'unknown', detail: 'There is a browser, and a library that it needs is missing.' }
  }
  return {
    state: 'down',
    detail: found.refusal,
    remedy: `Install Chromium (Debian: \`apt-get install chromium\`), or run \`${ENSURE}\`, which needs no root (Linux x64).`,
  }
}

const librariesFinding = (found: Search): Finding => {
  if ('browser' in found) return { state: 'ok', detail: 'The browser finds the libraries that it needs.' }
  const [, program, library] = MISSING_LIBRARY.exec(found.refusal) ?? []
  if (program === undefined || library === undefined) return { state: 'unknown', detail: 'There is no browser.' }
  return {
    state: 'down',
    detail: `The browser ${program} does not start, because the library ${library} is missing.`,
    remedy: `Install the library (Debian: \`apt-get install ${packageOf(library)}\`), or run \`${ENSURE}\`: the bundled browser brings its libraries along.`,
  }
}

/** The Debian packages of the libraries that minimal systems lack. */
const PACKAGES: readonly (readonly [RegExp, string])[] = [
  [/^lib(nss3|nssutil3|smime3|ssl3)\.so/, 'libnss3'],
  [/^lib(nspr4|plc4|plds4)\.so/, 'libnspr4'],
  [/^libexpat\.so/, 'libexpat1'],
  [/^libgbm\.so/, 'libgbm1'],
  [/^libasound\.so/, 'libasound2'],
  [/^libatk-1/, 'libatk1.0-0'],
  [/^libatk-bridge/, 'libatk-bridge2.0-0'],
  [/^libcups\.so/, 'libcups2'],
  [/^libdrm\.so/, 'libdrm2'],
  [/^libxkbcommon\.so/, 'libxkbcommon0'],
  [/^libglib-2|^libgobject-2|^libgio-2/, 'libglib2.0-0'],
]

const packageOf = (library: string): string => PACKAGES.find(([name]) => name.test(library))?.[1] ?? 'libnss3'

const profileLockCheck = ({ whatsapp, is_owned }: DoctorDeps, isOff: boolean): DoctorCheck => ({
  id: 'profile-lock',
  title: 'lock of the browser profile',
  severity: 'warning',
  detect: async () => {
    if (isOff) return OFF
    if (is_owned) return { state: 'ok', detail: 'The running bot uses the profile.' }
    const lock = await whatsapp.staleLock()
    return lock === undefined
      ? { state: 'ok', detail: 'No lock is left of a browser that no longer runs.' }
      : {
          state: 'degraded',
          detail: `The profile of WhatsApp is locked by a browser that no longer runs (${lock}).`,
          remedy: 'The next start of the bot removes the lock; nothing else needs to be done.',
        }
  },
  repair: async () => {
    await whatsapp.freeProfile()
    return 'The stale lock was removed.'
  },
})

/** Why WhatsApp is not linked. Of a running bot, the component `whatsapp` knows more. */
const linkFinding = async ({ whatsapp }: DoctorDeps, isOff: boolean): Promise<Finding> => {
  if (isOff) return OFF
  const { linked, unlinking } = await whatsapp.login()
  if (linked) return { state: 'ok', detail: 'This device was linked, and nothing ended that.' }
  if (unlinking === undefined) {
    return { state: 'off', detail: 'This device was never linked: the first start shows the code.' }
  }
  return {
    state: 'down',
    detail: `WhatsApp is not linked any more since ${new Date(unlinking.at).toISOString()}: ${unlinking.reason}`,
    remedy: 'Start the bot with `./run_denidin.sh` and scan the code that it shows; data and memories are kept.',
  }
}
