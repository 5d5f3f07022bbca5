/** Reads, checks and writes the configuration for `denidin setup`. */
import { mkdtemp, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readConfigFile } from '../../config/config-file.ts'
import { editEnv } from '../../config/edit-env.ts'
import { readEnvFile, readEnvironment } from '../../config/environment.ts'
import { configurationFiles, loadSettings, type LoadedSettings } from '../../config/load-settings.ts'
import { readTextFile } from '../../config/text-file.ts'
import { textAt, valueAt, type Tree } from '../../config/tree.ts'
import type {
  ModelCheck,
  PresentSetup,
  Setup,
  SetupAnswers,
  WrittenSetup,
} from '../../interfaces/cli/local/setup/setup-port.ts'
import { systemClock } from '../../platform/clock.ts'
import { editJson, type EditedJson } from '../../platform/edit-json.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { exists, PRIVATE_FILE_MODE, remove, writeFileAtomic } from '../../platform/files.ts'
import { keepPrevious } from '../../platform/keep-previous.ts'
import { silentLogger } from '../../platform/logger.ts'
import { connectThroughProxy, fromRoot } from '../bootstrap.ts'
import { modelHealth } from '../doctor/component-checkups.ts'
import { unmeteredTrials } from '../model-trial.ts'
import { surroundings } from '../runtime.ts'
import { findLocalServers } from './local-servers.ts'
import { editsOf, KEY_VARIABLE, linkIn, PROVIDER_DEFAULTS, providerIn, type SetupEdits } from './setup-edits.ts'

const NEW_FILE = '// Written by `denidin setup`. docs/configuration.md lists every setting; comments are allowed.\n{}\n'

/** A local model may have to be loaded first. */
const LONGEST_CHECK_SECONDS = 30

/** The texts of both files. */
interface Texts {
  readonly config: string
  readonly env: string
}

interface Files {
  readonly file: string
  readonly envFile: string
}

/** The setup of this installation. */
export const createSetup = (): Setup => {
  const files = configurationFiles({ environment: readEnvironment(), cwd: fromRoot() })
  return {
    present: async () => presentSetup(files),
    localServers: findLocalServers,
    defaultsOf: provider => PROVIDER_DEFAULTS[provider],
    providerAt: base_url => providerIn({ ai: { base_url } }),
    check: async (answers, signal) => await checkModels(files, answers, signal),
    write: async answers => await writeSetup(files, answers),
  }
}

const textsOf = ({ file, envFile }: Files): Texts => ({
  config: readTextFile(file) ?? NEW_FILE,
  env: readTextFile(envFile) ?? '',
})

/** The content of the configuration file; empty if there is none. @throws DenidinError `invalid_config` */
const contentOf = ({ file }: Files): Tree =>
  readTextFile(file) === undefined ? {} : readConfigFile({ path: file, variable: undefined })

const presentSetup = (files: Files): PresentSetup => {
  const content = contentOf(files)
  const environment = { ...readEnvFile(files.envFile)?.values, ...readEnvironment() }
  const provider = providerIn(content)
  return {
    file: files.file,
    exists: readTextFile(files.file) !== undefined,
    provider,
    base_url: textAt(content, 'ai.base_url'),
    model: textAt(content, 'ai.model') ?? PROVIDER_DEFAULTS[provider].model ?? PROVIDER_DEFAULTS.openai.model ?? '',
    has_key: [environment[KEY_VARIABLE], environment['DENIDIN_OPENAI_API_KEY'], textAt(content, 'openai_api_key')].some(
      key => key !== undefined && key.trim() !== '',
    ),
    memory: valueAt(content, 'feature_flags.enable_memory_system') === true,
    godfather: textAt(content, 'godfather_phone'),
    link: linkIn(content),
    pairing_phone: textAt(content, 'whatsapp.pairing_phone'),
  }
}

interface EditedTexts extends Texts {
  readonly comments_lost: EditedJson['comments_lost']
  readonly edits: SetupEdits
}

const editedTexts = (files: Files, answers: SetupAnswers): EditedTexts => {
  const before = textsOf(files)
  const edits = editsOf(answers, contentOf(files))
  const changes = Object.entries(edits.settings).map(([key, value]) => ({ path: key.split('.'), value }))
  const { text, comments_lost } = editJson(before.config, changes)
  return { config: text, env: editEnv(before.env, edits.variables), comments_lost, edits }
}

/**
 * The settings that these texts give. They are read from private temporary files, which are removed again.
 * @throws DenidinError `invalid_config`
 */
const settingsFrom = async ({ config, env }: Texts): Promise<LoadedSettings> => {
  const folder = await mkdtemp(join(tmpdir(), 'denidin-setup-'))
  const [file, envFile] = [join(folder, 'config.json'), join(folder, '.env')]
  try {
    await writeFile(file, config, { mode: PRIVATE_FILE_MODE })
    await writeFile(envFile, env, { mode: PRIVATE_FILE_MODE })
    return loadSettings({ environment: readEnvironment(), file, envFile, cwd: fromRoot() })
  } catch (error) {
    const { code, message } = asDenidinError(error)
    // The names of the temporary files would mislead.
    throw new DenidinError(code, message.replaceAll(`${folder}/`, ''), { cause: error })
  } finally {
    await remove(folder)
  }
}

const checkModels = async (
  files: Files,
  answers: SetupAnswers,
  signal: AbortSignal,
): Promise<readonly ModelCheck[]> => {
  const loaded = await settingsFrom(editedTexts(files, answers))
  connectThroughProxy(loaded)
  const runtime = surroundings(loaded.settings, silentLogger)
  const checks: ModelCheck[] = []
  // One attempt is enough, and nobody waits long at a terminal.
  const timeout_seconds = Math.min(loaded.settings.ai.timeout_seconds, LONGEST_CHECK_SECONDS)
  const ai = { ...loaded.settings.ai, retries: 0, fallback_models: [], timeout_seconds }
  const settings = { ...loaded.settings, ai }
  for (const trial of unmeteredTrials(settings, runtime)) {
    const { state, detail } = await modelHealth(trial, signal)
    checks.push({ name: trial.name, ok: state === 'ok', detail })
  }
  return checks
}

const writeSetup = async (files: Files, answers: SetupAnswers): Promise<WrittenSetup> => {
  const before = textsOf(files)
  const edited = editedTexts(files, answers)
  await settingsFrom(edited)
  const changes = changesIn(files, edited.edits)
  const isNew = readTextFile(files.file) === undefined
  const targets = [
    { path: files.file, text: edited.config, changed: isNew || edited.config !== before.config },
    { path: files.envFile, text: edited.env, changed: edited.env !== before.env },
  ].filter(({ changed }) => changed)
  const backups: string[] = []
  for (const { path } of targets) {
    if (await exists(path)) backups.push(await keepPrevious(path, systemClock.now()))
  }
  // If the path is a link, it stays one.
  for (const { path, text } of targets) await writeFileAtomic(await realpath(path).catch(() => path), text)
  return { changes, files: targets.map(({ path }) => path), backups, comments_lost: edited.comments_lost }
}

/** What changes, for people. */
const changesIn = (files: Files, { settings, variables }: SetupEdits): readonly string[] => {
  const content = contentOf(files)
  const changed = Object.entries(settings).filter(([key, value]) => !isDeepStrictEqual(valueAt(content, key), value))
  return [
    ...changed.map(([key, value]) =>
      /key$/.test(key) || value === undefined
        ? `${key}: removed, so the default applies`
        : `${key}: ${JSON.stringify(value)}`,
    ),
    ...Object.entries(variables).map(([name, value]) => `${name}: ${value === '' ? 'emptied' : 'set'} in .env`),
  ]
}
