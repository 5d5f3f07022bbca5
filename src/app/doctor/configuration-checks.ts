/** Checks of the configuration: keys that are wrong or missing, and values that are allowed but do not help. */
import { hasLongTermMemory } from '../../config/features.ts'
import type { Settings } from '../../config/settings.ts'
import type { DoctorCheck, Finding } from '../../platform/checkup.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { defaultMinSimilarity } from '../../vectors/thresholds.ts'
import { createPriceBook, createProfileSource } from '../budget.ts'
import type { Runtime } from '../runtime.ts'
import { configurationHealth } from './component-checkups.ts'
import { settingsOf, type Configuration, type DoctorDeps } from './doctor-deps.ts'

/** How the line begins that says that a key of a model service is missing. */
const MISSING_KEY = 'openai_api_key: not set'
const THRESHOLD = 'memory.longterm.min_similarity:'
/** Other checks find what these warnings are about. */
const FOUND_ELSEWHERE = [/^memory\.longterm\.min_similarity:/, /other users of this machine can read it/]

export const configurationChecks = (deps: DoctorDeps): readonly DoctorCheck[] => [
  {
    id: 'configuration',
    title: 'configuration',
    severity: 'critical',
    detect: async () => configurationFinding(deps.configuration),
  },
  {
    id: 'model-key',
    title: 'key of the model service',
    severity: 'critical',
    detect: async () => keyFinding(deps.configuration),
  },
  {
    id: 'budget-files',
    title: 'budget profiles and prices',
    severity: 'critical',
    detect: async () => budgetFilesFinding(settingsOf(deps), deps.runtime),
  },
  {
    id: 'threshold',
    title: 'recall threshold',
    severity: 'warning',
    detect: async () => thresholdFinding(settingsOf(deps), deps.configuration.loaded?.warnings ?? []),
  },
]

const configurationFinding = ({ files: { file }, loaded, problem }: Configuration): Finding => {
  if (problem?.code === 'not_found') {
    return {
      state: 'down',
      detail: `There is no configuration file ${file}.`,
      remedy: 'Run `denidin setup`, or copy config/config.example.json there.',
    }
  }
  if (loaded === undefined) {
    const lines = problem.message.split('\n').filter(line => !line.startsWith(MISSING_KEY))
    return lines.length === 0
      ? { state: 'ok', detail: `${file} can be read.` }
      : {
          state: 'down',
          detail: `The configuration cannot be used: ${lines.join('; ')}.`,
          remedy: `Correct ${file}, .env or the environment; docs/configuration.md lists every key.`,
        }
  }
  const warnings = loaded.warnings.filter(line => !FOUND_ELSEWHERE.some(each => each.test(line)))
  if (warnings.length === 0) return configurationHealth(loaded.settings)
  return {
    state: 'degraded',
    detail: `${warnings.join('; ')}.`,
    remedy: `Correct ${loaded.source.file}, .env or the environment.`,
  }
}

const keyFinding = ({ loaded, problem }: Configuration): Finding => {
  if (loaded === undefined) {
    const line = problem.message.split('\n').find(each => each.startsWith(MISSING_KEY))
    return line === undefined
      ? { state: 'unknown', detail: 'Not checked: the configuration cannot be read.' }
      : {
          state: 'down',
          detail: 'The key of the model service (openai_api_key) is not set.',
          remedy:
            'Put OPENAI_API_KEY=… into .env, or run `denidin setup`, which also offers a model on this machine and the offline model.',
        }
  }
  const { ai, openai_api_key } = loaded.settings
  if (ai.provider === 'offline') return { state: 'off', detail: 'The offline model needs no key.' }
  return openai_api_key === undefined
    ? { state: 'ok', detail: 'No key is set, and the service of ai.base_url may need none.' }
    : { state: 'ok', detail: 'A key is set; the check of the language model uses it.' }
}

/** With a broken file, the bot does not start. */
const budgetFilesFinding = (settings: Settings, runtime: Pick<Runtime, 'logger'>): Finding => {
  const problems = [createProfileSource(settings, runtime), createPriceBook(settings, runtime)].flatMap(file => {
    try {
      file.check()
      return []
    } catch (error) {
      return [asDenidinError(error).message]
    }
  })
  const { profiles_file, prices_file } = settings.budget
  return problems.length === 0
    ? { state: 'ok', detail: `${profiles_file} and ${prices_file} can be read, or do not exist.` }
    : {
        state: 'down',
        detail: `${problems.join('; ')}.`,
        remedy: 'Correct the line, or move the file away: then the defaults apply, and there are no prices.',
      }
}

/** What is stored is compared with the threshold by the component `memory`. */
const thresholdFinding = (settings: Settings, warnings: readonly string[]): Finding => {
  if (!hasLongTermMemory(settings)) return { state: 'off', detail: 'Long-term memory is off.' }
  const warning = warnings.find(each => each.startsWith(THRESHOLD))
  const { min_similarity, model } = thresholdOf(settings)
  if (warning === undefined && min_similarity < 1) {
    return { state: 'ok', detail: `Memories from a similarity of ${String(min_similarity)} on are recalled.` }
  }
  return {
    state: 'degraded',
    detail: warning === undefined ? `memory.longterm.min_similarity is 1, which nothing reaches.` : `${warning}.`,
    remedy: `Remove memory.longterm.min_similarity; ${model} then uses ${String(defaultMinSimilarity(model))}. \`denidin memory calibrate\` suggests a value from what is stored.`,
  }
}

const thresholdOf = ({ memory, embeddings }: Settings): { readonly min_similarity: number; readonly model: string } => {
  const model = embeddings.provider === 'offline' ? 'offline-' : embeddings.model
  return { min_similarity: memory.longterm.min_similarity ?? defaultMinSimilarity(model), model }
}
