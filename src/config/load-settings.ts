import { resolve } from 'node:path'
import convict from 'convict'
import { DenidinError } from '../platform/errors.ts'
import { problemsBetween, warningsBetween } from './cross-checks.ts'
import { putAt, readConfigFile, valueAt, type Tree } from './config-file.ts'
import {
  CONFIG_FILE_VARIABLE,
  environmentValue,
  othersMayRead,
  readEnvFile,
  unknownVariables,
  type Environment,
  type EnvironmentValue,
} from './environment.ts'
import { finishedSettings } from './finished-settings.ts'
import { CONVICT_FORMATS, convictFormat } from './formats.ts'
import { SCHEMA } from './schema.ts'
import { placedSettings } from './setting.ts'
import type { Settings } from './settings.ts'

/** Where the configuration lies, relative to the folder of DeniDin, unless `DENIDIN_CONFIG` names another. */
const DEFAULT_FILE = 'config/config.json'
const DEFAULT_ENV_FILE = '.env'

const SETTINGS = placedSettings(SCHEMA)
convict.addFormats(CONVICT_FORMATS)

export interface SettingsRequest {
  /** Variables such as `process.env`; see `readEnvironment`. */
  readonly environment: Environment
  /** The configuration file; by default what `DENIDIN_CONFIG` says, or `config/config.json`. */
  readonly file?: string
  /** Variables in a file, used where `environment` has none; by default `.env`. */
  readonly env_file?: string
  /** Folder of DeniDin: relative paths, in the settings too, begin here. */
  readonly cwd: string
}

export interface LoadedSettings {
  /** Frozen through and through. Paths are absolute, but for `memory.longterm.storage_dir` (see `Settings`). */
  readonly settings: Settings
  /** One line each, without secrets. */
  readonly warnings: readonly string[]
  /** The files that were read, absolute. */
  readonly source: { readonly file: string; readonly env_file: string | undefined }
}

/**
 * Reads the configuration: environment before `.env` before file before default.
 * @throws DenidinError `not_found` when there is no file (an empty one will do); `invalid_config` with one line for
 * each thing that is wrong, naming key, value (never a secret's) and what is allowed.
 */
export const loadSettings = (request: SettingsRequest): LoadedSettings => {
  const { environment, cwd } = request
  const envPath = resolve(cwd, request.env_file ?? DEFAULT_ENV_FILE)
  const envFile = readEnvFile(envPath)
  const layers = envFile === undefined ? [environment] : [environment, envFile]
  const named = layers.map(layer => layer[CONFIG_FILE_VARIABLE]).find(each => each !== undefined && each !== '')
  const path = resolve(cwd, request.file ?? named ?? DEFAULT_FILE)
  const content = readConfigFile(path, SCHEMA)

  const warnings = unknownVariables(layers, SETTINGS)
  const { values, problems } = checkedValues(content.values, layers)
  refuse([...content.problems, ...problems])
  const settings = finishedSettings(values, cwd, warnings)
  refuse(problemsBetween(settings))

  warnings.push(...warningsBetween(settings))
  if (envFile !== undefined && othersMayRead(envPath)) warnings.push(readableByOthers(envPath))
  const secrets = SETTINGS.filter(
    each => each.sensitive === true && typeof valueAt(content.values, each.key) === 'string',
  )
  if (secrets.length > 0 && othersMayRead(path)) warnings.push(readableByOthers(path))
  return { settings, warnings, source: { file: path, env_file: envFile === undefined ? undefined : envPath } }
}

/** Lays file and environment over the defaults and checks every value. */
const checkedValues = (file: Tree, layers: readonly Environment[]): { values: Tree; problems: readonly string[] } => {
  const schema: Tree = {}
  const env: Record<string, string> = {}
  for (const setting of SETTINGS) {
    const found: EnvironmentValue | undefined = environmentValue(setting, layers)
    if (found !== undefined) env[setting.env] = found.text
    const format = convictFormat(setting.format)
    putAt(schema, setting.key, { ...setting, format, nullable: setting.default === null, source: found?.name })
  }
  const config = convict<Tree>(schema as convict.Schema<Tree>, { env, args: [] }).load(file)
  let problems: readonly string[] = []
  try {
    config.validate({ allowed: 'strict' })
  } catch (error) {
    problems = (error as Error).message.split('\n')
  }
  return { values: config.getProperties(), problems }
}

const refuse = (problems: readonly string[]): void => {
  if (problems.length > 0) throw new DenidinError('invalid_config', problems.join('\n'))
}

const readableByOthers = (path: string): string =>
  `${path} may hold secrets, and others on this machine can read it; chmod 600 keeps it private`
