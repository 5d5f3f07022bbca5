/** `denidin doctor`: runs the registry of checks, mends on request, then asks the components of the bot. */
import type { ProgressStep } from '../../operations/operation.ts'
import type { CheckResult, DoctorCheck, Examination, Finding } from '../../platform/checkup.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { isTrouble } from '../../platform/health.ts'
import { suggest } from '../../platform/suggest.ts'
import { backupKeyCheck } from './backup-key-check.ts'
import { chromaChecks } from './chroma-checks.ts'
import { componentResults, idOf } from './component-results.ts'
import { configurationChecks } from './configuration-checks.ts'
import { databaseCheck } from './database-checks.ts'
import type { DoctorDeps } from './doctor-deps.ts'
import { fileModesCheck, folderChecks } from './folder-checks.ts'
import { installationChecks } from './installation-checks.ts'
import { serviceChecks } from './service-checks.ts'
import { whatsAppChecks } from './whatsapp-checks.ts'

/** Which checks to run, and whether to mend what they find. */
export interface DoctorRequest {
  /** Ids of checks; empty: all of them. */
  readonly only: readonly string[]
  readonly fix: boolean
  readonly signal: AbortSignal
  /** Called before each check. */
  readonly progress: (step: ProgressStep) => void
}

/**
 * The registry. Checks that open the data come last: opening it mends some damage by itself, which the others should
 * have seen first.
 */
export const doctorChecks = (deps: DoctorDeps): readonly DoctorCheck[] => [
  ...installationChecks(deps),
  ...configurationChecks(deps),
  fileModesCheck(deps),
  ...folderChecks(deps),
  ...whatsAppChecks(deps),
  ...chromaChecks(deps),
  databaseCheck(deps),
  backupKeyCheck(deps),
  ...serviceChecks(deps),
]

/**
 * Examines this installation.
 * @throws DenidinError `invalid_input` if `only` names no check; the signal's reason if it is aborted
 */
export const examineInstallation = async (deps: DoctorDeps, request: DoctorRequest): Promise<Examination> => {
  const { only, signal } = request
  const all = doctorChecks(deps)
  const wanted = only.map(each => (/[a-z0-9]/i.test(each) ? idOf(each) : each))
  const checks = wanted.length === 0 ? all : all.filter(({ id }) => wanted.includes(id))
  const ids = new Set(all.map(({ id }) => id))
  const others = wanted.filter(id => !ids.has(id))
  const results: CheckResult[] = []
  for (const check of checks) {
    signal.throwIfAborted()
    request.progress({ done: results.length, total: checks.length, unit: 'checks' })
    results.push(await examine(check, request))
  }
  if (deps.configuration.loaded === undefined && results.some(({ state }) => state === 'unknown')) {
    await addConfiguration(results, all, request)
  }
  if (wanted.length === 0 || others.length > 0) {
    const components = await componentResults(deps, ids, signal)
    const names = components.map(({ id }) => id)
    const unknown = others.find(id => !names.includes(id))
    if (unknown !== undefined) throw unknownCheck(unknown, [...ids, ...names])
    results.push(...components.filter(({ id }) => wanted.length === 0 || others.includes(id)))
  }
  return {
    healthy: !results.some(({ state }) => isTrouble(state)),
    versions: Object.fromEntries(deps.versions),
    checks: results,
  }
}

/** What kept a check from running belongs to the answer, even if no one asked about it. */
const addConfiguration = async (
  results: CheckResult[],
  all: readonly DoctorCheck[],
  request: DoctorRequest,
): Promise<void> => {
  const check = all.find(({ id }) => id === 'configuration')
  if (check === undefined || results.some(({ id }) => id === check.id)) return
  results.unshift(await examine(check, request))
}

const unknownCheck = (id: string, known: readonly string[]): DenidinError => {
  const near = suggest(id, known)
  const hint = near === undefined ? '; the' : `; did you mean ${near}? The`
  return new DenidinError('invalid_input', `--only: there is no check "${id}"${hint} checks are ${known.join(', ')}`)
}

const examine = async (check: DoctorCheck, { fix, signal }: DoctorRequest): Promise<CheckResult> => {
  const { id, title: name, severity, repair } = check
  const about = { id, name, severity, repairable: repair !== undefined }
  const found = await detect(check, signal)
  if (!fix || repair === undefined || !isTrouble(found.state)) return { ...about, ...found }
  try {
    const repaired = await repair(signal)
    return { ...about, ...(await detect(check, signal)), repaired }
  } catch (error) {
    signal.throwIfAborted()
    return { ...about, ...found, repaired: `It could not be mended: ${asDenidinError(error).message}.` }
  }
}

/** A check that fails is itself a problem, unless it lacks the settings: the check of the configuration says why. */
const detect = async (check: DoctorCheck, signal: AbortSignal): Promise<Finding> => {
  try {
    return await check.detect(signal)
  } catch (error) {
    signal.throwIfAborted()
    const { code, message } = asDenidinError(error)
    return code === 'invalid_config'
      ? { state: 'unknown', detail: `Not checked: ${message}.` }
      : { state: 'down', detail: `It could not be checked: ${message}.` }
  }
}
