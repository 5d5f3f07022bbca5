/** Results of checks that need the data: the components of the bot, or, if the data cannot be opened, the models alone. */
import type { CheckResult, Severity } from '../../platform/checkup.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { type ExaminedComponent, type HealthState } from '../../platform/health.ts'
import { unmeteredTrials } from '../model-trial.ts'
import { modelHealth } from './component-checkups.ts'
import type { DoctorDeps } from './doctor-deps.ts'

/** The id of a component, from its name. */
export const idOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')

/** What every component says, without those in `known`: a check has examined them more closely. */
export const componentResults = async (
  deps: DoctorDeps,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> => {
  const { loaded } = deps.configuration
  if (loaded === undefined) return []
  let components: readonly ExaminedComponent[]
  try {
    const denidin = await deps.client()
    const { checks } = await denidin.call('doctor', {}, { signal })
    components = checks as readonly ExaminedComponent[]
  } catch (error) {
    signal.throwIfAborted()
    components = [
      { name: 'data', state: 'down', detail: `The data cannot be opened: ${asDenidinError(error).message}` },
    ]
    for (const trial of unmeteredTrials(loaded.settings, deps.runtime)) {
      components = [...components, { name: trial.name, ...(await modelHealth(trial, signal)) }]
    }
  }
  return components
    .map(component => ({
      id: idOf(component.name),
      ...component,
      severity: severityOf(component.state),
      repairable: false,
    }))
    .filter(({ id }) => !known.has(id))
}

const severityOf = (state: HealthState): Severity => (state === 'down' ? 'error' : 'warning')
