/** Loads the configuration: reads the environment, `.env` and the configuration file, and refuses mistakes. */
import { resolve } from 'node:path'
import { DenidinError } from '../platform/errors.ts'
import { proxyVariables } from '../platform/proxy.ts'
import { checkValues } from './check-values.ts'
import { readConfigFile } from './config-file.ts'
import { findConflicts, findWarnings } from './cross-checks.ts'
import {
  CONFIG_FILE_VARIABLE,
  cleanEnvironment,
  othersCanRead,
  readEnvFile,
  unknownVariables,
  type Environment,
} from './environment.ts'
import { pickKnownKeys } from './known-keys.ts'
import { machineZoneWarning } from './machine-zone.ts'
import { holdsModelKey, missingVariables } from './model-list.ts'
import { holdsTargetKey, missingTargetVariables } from './target-list.ts'
import { placeholderWarnings, resolveSettings } from './resolve-settings.ts'
import { SCHEMA } from './schema.ts'
import { findOrigins, type SettingOrigins } from './setting-origins.ts'
import { listSettings } from './setting.ts'
import type { Settings } from './settings.ts'
import { textAt, valueAt, type Tree } from './tree.ts'

/** Files relative to the DeniDin folder, unless the request or `DENIDIN_CONFIG` names others. */
const DEFAULT_FILE = 'config/config.json'
const DEFAULT_ENV_FILE = '.env'

export interface SettingsRequest {
  /** Variables such as `process.env`; see `readEnvironment`. */
  readonly environment: Environment
  /** The configuration file; by default what `DENIDIN_CONFIG` says, or `config/config.json`. */
  readonly file?: string
  /** A file of variables, used where `environment` has none; by default `.env`. */
  readonly envFile?: string
  /** The DeniDin folder: relative paths, also those in the settings, start here. */
  readonly cwd: string
}

export interface LoadedSettings {
  readonly settings: Settings
  /** Where each value comes from. */
  readonly origins: SettingOrigins
  /** One line each, without secrets. */
  readonly warnings: readonly string[]
  /** The proxy variables of the environment and `.env` (`HTTPS_PROXY` and others), under their upper-case names. */
  readonly proxy: Environment
  /** The files that were read, as absolute paths. */
  readonly source: { readonly file: string; readonly envFile: string | undefined }
}

const SETTINGS = listSettings(SCHEMA)

/**
 * Loads the configuration. For each key the environment takes precedence over `.env`, that over the file, and that over
 * the default.
 * @throws DenidinError `not_found` if there is no file (an empty one is enough); `invalid_config` with one line for
 *   each mistake, which names the key, the value (unless it is a secret) and what is allowed.
 */
export const loadSettings = (request: SettingsRequest): LoadedSettings => {
  const { environment, cwd } = request
  const envPath = resolve(cwd, request.envFile ?? DEFAULT_ENV_FILE)
  const envFile = readEnvFile(envPath)
  refuse(envFile?.problems ?? [])
  const layers = [environment, ...(envFile === undefined ? [] : [envFile.values])].map(layer =>
    cleanEnvironment(layer, SETTINGS),
  )
  const { path, content } = readFile(request, layers)

  const known = pickKnownKeys(content, SCHEMA)
  const { values, problems } = checkValues(known.values, layers)
  refuse([...known.problems, ...problems])
  refuse(unsetKeys(values, layers))
  const settings = resolveSettings(values, cwd, layers)
  const unknown = unknownVariables(layers, SETTINGS)
  const conflicts = findConflicts(settings)
  // A variable that is missing may be there under a misspelt name.
  if (conflicts.length > 0) refuse([...conflicts, ...unknown])

  const exposed = [
    ...(envFile !== undefined && othersCanRead(envPath) ? [envPath] : []),
    ...(holdsSecret(known.values) && othersCanRead(path) ? [path] : []),
  ]
  return {
    settings,
    origins: findOrigins(known.values, layers),
    warnings: [
      ...(envFile?.warnings ?? []),
      ...unknown,
      ...placeholderWarnings(values),
      ...findWarnings(settings),
      ...(settings.time_zone === undefined ? [machineZoneWarning(environment['TZ'])] : []).filter(isPresent),
      ...exposed.map(exposedFile),
    ],
    proxy: proxyVariables(layers),
    source: { file: path, envFile: envFile === undefined ? undefined : envPath },
  }
}

const readFile = (
  request: SettingsRequest,
  layers: readonly Environment[],
): { readonly path: string; readonly content: Tree } => {
  const { path, variable } = configurationFile(request, layers)
  return { path, content: readConfigFile({ path, variable }) }
}

const configurationFile = (
  { file, cwd }: SettingsRequest,
  layers: readonly Environment[],
): { readonly path: string; readonly variable: string | undefined } => {
  const named = layers.map(layer => layer[CONFIG_FILE_VARIABLE]).find(each => each !== undefined && each !== '')
  return {
    path: resolve(cwd, file ?? named ?? DEFAULT_FILE),
    variable: file === undefined && named !== undefined ? CONFIG_FILE_VARIABLE : undefined,
  }
}

/** Where the configuration is read from, as absolute paths, whether or not the files exist and can be read. */
export const configurationFiles = (request: SettingsRequest): { readonly file: string; readonly envFile: string } => {
  const envFile = resolve(request.cwd, request.envFile ?? DEFAULT_ENV_FILE)
  const layers = [request.environment, envFileValues(envFile)].map(layer => cleanEnvironment(layer, SETTINGS))
  return { file: configurationFile(request, layers).path, envFile }
}

const envFileValues = (path: string): Environment => {
  try {
    return readEnvFile(path)?.values ?? {}
  } catch {
    return {}
  }
}

const refuse = (problems: readonly string[]): void => {
  if (problems.length > 0) throw new DenidinError('invalid_config', problems.join('\n'))
}

const unsetKeys = (values: Tree, layers: readonly Environment[]): readonly string[] =>
  SETTINGS.flatMap(({ key, format }) => {
    const value = valueAt(values, key)
    const missing =
      format === 'models'
        ? missingVariables(value, layers)
        : format === 'targets'
          ? missingTargetVariables(value, layers)
          : []
    return missing.map(name => `${key}: names the variable ${name}, which is not set; put ${name}=… into .env`)
  })

const isPresent = (warning: string | undefined): warning is string => warning !== undefined

const holdsSecret = (file: Tree): boolean =>
  SETTINGS.some(({ key, format }) => {
    if (format === 'models') return holdsModelKey(valueAt(file, key))
    if (format === 'targets') return holdsTargetKey(valueAt(file, key))
    return format === 'secret' && textAt(file, key) !== undefined
  })

const exposedFile = (path: string): string =>
  `${path} may contain secrets, and other users of this machine can read it; run chmod 600 ${path}`
