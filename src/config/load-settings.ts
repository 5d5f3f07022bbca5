/** Loads the configuration: environment, `.env`, configuration file and defaults, checked by convict. */
import { resolve } from 'node:path'
import convict from 'convict'
import { DenidinError } from '../platform/errors.ts'
import { readConfigFile } from './config-file.ts'
import { findConflicts, findWarnings } from './cross-checks.ts'
import {
  CONFIG_FILE_VARIABLE,
  environmentValue,
  othersCanRead,
  readEnvFile,
  unknownVariables,
  type Environment,
} from './environment.ts'
import { allowedText, faultText, isValid, parseText } from './formats.ts'
import { pickKnownKeys } from './known-keys.ts'
import { placeholderWarnings, resolveSettings } from './resolve-settings.ts'
import { SCHEMA } from './schema.ts'
import { listSettings, type KeyedSetting } from './setting.ts'
import type { Settings } from './settings.ts'
import { putAt, textAt, type Tree } from './tree.ts'

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
  /** One line each, without secrets. */
  readonly warnings: readonly string[]
  /** The files that were read, as absolute paths. */
  readonly source: { readonly file: string; readonly envFile: string | undefined }
}

/** The properties of a convict schema node that a check reads. */
interface ConvictNode {
  readonly doc?: string | undefined
  /** The environment variable that the value comes from. */
  readonly source?: string | undefined
}

const SETTINGS = listSettings(SCHEMA)
const formatName = (setting: KeyedSetting): string => `denidin:${setting.key}`

// Each setting is a convict format of its own, so that convict parses and checks values by its declaration.
convict.addFormats(
  Object.fromEntries(
    SETTINGS.map(setting => [
      formatName(setting),
      {
        coerce: (value: unknown): unknown => (typeof value === 'string' ? parseText(value, setting) : value),
        validate: (value: unknown, { source }: ConvictNode): void => {
          if (isValid(value, setting)) return
          const origin = source === undefined ? '' : ` (set by ${source})`
          throw new TypeError(`must be ${allowedText(setting)}${faultText(value, setting)}${origin}`)
        },
      },
    ]),
  ),
)

/**
 * Loads the configuration. For each key the environment wins over `.env`, that over the file, that over the default.
 * @throws DenidinError `not_found` if there is no file (an empty one is enough); `invalid_config` with one line for each
 * mistake, which names the key, the value (unless it is a secret) and what is allowed.
 */
export const loadSettings = (request: SettingsRequest): LoadedSettings => {
  const { environment, cwd } = request
  const envPath = resolve(cwd, request.envFile ?? DEFAULT_ENV_FILE)
  const envFile = readEnvFile(envPath)
  const layers = envFile === undefined ? [environment] : [environment, envFile]
  const { path, content } = readFile(request, layers)

  const known = pickKnownKeys(content, SCHEMA)
  const { values, problems } = checkValues(known.values, layers)
  refuse([...known.problems, ...problems])
  const settings = resolveSettings(values, cwd)
  refuse(findConflicts(settings))

  const exposed = [
    ...(envFile !== undefined && othersCanRead(envPath) ? [envPath] : []),
    ...(holdsSecret(known.values) && othersCanRead(path) ? [path] : []),
  ]
  return {
    settings,
    warnings: [
      ...unknownVariables(layers, SETTINGS),
      ...placeholderWarnings(values),
      ...findWarnings(settings),
      ...exposed.map(exposedFile),
    ],
    source: { file: path, envFile: envFile === undefined ? undefined : envPath },
  }
}

const readFile = (
  { file, cwd }: SettingsRequest,
  layers: readonly Environment[],
): { readonly path: string; readonly content: Tree } => {
  const named = layers.map(layer => layer[CONFIG_FILE_VARIABLE]).find(each => each !== undefined && each !== '')
  const path = resolve(cwd, file ?? named ?? DEFAULT_FILE)
  const variable = file === undefined && named !== undefined ? CONFIG_FILE_VARIABLE : undefined
  return { path, content: readConfigFile({ path, variable }) }
}

/** Merges environment, file and defaults, and checks every value. */
const checkValues = (file: Tree, layers: readonly Environment[]): { values: Tree; problems: readonly string[] } => {
  const schema: convict.Schema<Tree> = {}
  const env: Record<string, string> = {}
  for (const setting of SETTINGS) {
    const found = environmentValue(setting, layers)
    if (found !== undefined) env[setting.env] = found.text
    putAt(schema, setting.key, {
      doc: setting.doc,
      default: setting.default,
      format: formatName(setting),
      env: setting.env,
      nullable: setting.default === null,
      // Keeps convict from adding the value to its messages: ours show it already, except for secrets.
      sensitive: true,
      source: found?.name,
    })
  }
  const config = convict<Tree>(schema, { env, args: [] }).load(file)
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

const holdsSecret = (file: Tree): boolean =>
  SETTINGS.some(({ key, format }) => format === 'secret' && textAt(file, key) !== undefined)

const exposedFile = (path: string): string =>
  `${path} may contain secrets, and other users of this machine can read it; run chmod 600 ${path}`
