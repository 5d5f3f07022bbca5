/** The checks of the operation `doctor`: those of a running bot, and of opened data, which `status` does not make. */
import type { Settings } from '../../config/settings.ts'
import { modelErrorReason, type ModelErrorReason } from '../../models/model-error.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Checkup, Health, HealthCheck } from '../../platform/health.ts'
import { temporaryFilesHealth } from '../../platform/temporary-files.ts'
import { trialsOf, type ModelTrial } from '../model-trial.ts'
import type { Models } from '../models.ts'
import { diskHealth, privateFolderHealth } from './folder-health.ts'

/** Checks of `denidin doctor` beyond the health that each component reports. */
export const createCheckups = (settings: Settings, models: Models): readonly Checkup[] => [
  { name: 'configuration', look: async () => configurationHealth(settings) },
  { name: 'data folder', look: () => privateFolderHealth(settings.data_root) },
  { name: 'log folder', look: () => privateFolderHealth(settings.logs_dir) },
  { name: 'disk', look: () => diskHealth(settings.data_root) },
  { name: 'temporary files', look: () => temporaryFilesHealth() },
  ...trialsOf(models).map(trial => ({
    name: trial.name,
    look: (signal: AbortSignal) => modelHealth(trial, signal),
  })),
]

/** The free space of the disk, which is cheap to check: `status` shows it too. */
export const createDiskCheck = ({ data_root }: Pick<Settings, 'data_root'>): HealthCheck => ({
  name: 'disk',
  health: () => diskHealth(data_root),
})

/** What a valid configuration switches off. */
export const configurationHealth = ({ godfather_phone, feature_flags }: Settings): Health => {
  if (godfather_phone === undefined) {
    // Some installations have none on purpose.
    return {
      state: 'off',
      detail:
        'No godfather is configured: set godfather_phone to the number of the person who may use /status, /pause and more.',
    }
  }
  return feature_flags.enable_memory_system
    ? { state: 'ok', detail: 'The memory system is on.' }
    : { state: 'off', detail: 'Nothing is remembered: feature_flags.enable_memory_system is off.' }
}

/** What the operator can do about a model that fails, by reason. */
const REMEDIES: Readonly<Partial<Record<ModelErrorReason, string>>> = {
  unauthorised: 'Put a valid key into .env (OPENAI_API_KEY for the service of `ai`), or run `denidin setup`.',
  'not-found': 'Correct the name of the model (`ai.model`) or the address (`ai.base_url`).',
  'out-of-credit': 'Add credit to the account, or configure ai.fallback_models.',
  unreachable: 'Check the address (`ai.base_url`), whether the service runs there, and the network or proxy.',
  timeout: 'Check the address (`ai.base_url`) and the network, or raise ai.timeout_seconds.',
  redirected: 'Set ai.base_url to the address that it redirects to.',
  'bad-response': 'Check that ai.base_url is an OpenAI-compatible endpoint; it usually ends with /v1.',
}

/** Asks a model once. Rejects only if it is cancelled. */
export const modelHealth = async ({ model, ask }: ModelTrial, signal: AbortSignal): Promise<Health> => {
  try {
    await ask(signal)
    return { state: 'ok', detail: `${model} answers.` }
  } catch (error) {
    signal.throwIfAborted()
    const reason = modelErrorReason(error)
    const remedy = reason === undefined ? undefined : REMEDIES[reason]
    const problem = `${model} does not answer: ${asDenidinError(error).message}.`
    return { state: 'down', detail: remedy === undefined ? problem : `${problem} ${remedy}` }
  }
}
