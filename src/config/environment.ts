/** Settings from environment variables and from the `.env` file. */
import { statSync } from 'node:fs'
import { bare, plain } from './clean-text.ts'
import { parseEnvFile, type EnvFile } from './env-file.ts'
import { editDistance } from '../platform/edit-distance.ts'
import { suggest } from '../platform/suggest.ts'
import { envName, type KeyedSetting } from './setting.ts'
import { readTextFile } from './text-file.ts'

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of this process; only entry points may read it. */
export const readEnvironment = (): Environment => ({ ...process.env })

/**
 * Sets variables for the programs that this process starts, unless it has its own values; only entry points may do so.
 */
export const extendEnvironment = (variables: Environment): void => {
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) process.env[name] ??= value
}

/** Names the configuration file; it is not a key of that file. */
export const CONFIG_FILE_VARIABLE = 'DENIDIN_CONFIG'
const PREFIX = 'DENIDIN_'
/** Read permission for the group and for all others. */
const READABLE_BY_OTHERS = 0o044

/** Whether other users of this machine can read a file. */
export const othersCanRead = (path: string): boolean => (statSync(path).mode & READABLE_BY_OTHERS) !== 0

/**
 * The content of a `.env` file; `undefined` if there is no such file.
 * @throws DenidinError `invalid_config` if it cannot be read.
 */
export const readEnvFile = (path: string): EnvFile | undefined => {
  const text = readTextFile(path)
  return text === undefined ? undefined : parseEnvFile(text, path)
}

/**
 * Variables under the names of our settings, despite extra characters in a name (a byte order mark, quotes of `docker
 * --env-file`, lower case, dots), and without quotes around values. A correctly written name takes precedence.
 */
export const cleanEnvironment = (layer: Environment, settings: readonly KeyedSetting[]): Environment => {
  const known = new Set([CONFIG_FILE_VARIABLE, ...settings.flatMap(environmentNames)])
  const cleaned: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(layer)) {
    const ours = known.has(name) ? name : upperCase(name)
    if (!known.has(ours)) cleaned[name] = value
    else if (ours === name || layer[ours] === undefined) cleaned[ours] = value === undefined ? undefined : bare(value)
  }
  return cleaned
}

/** A name as it should be written. */
const upperCase = (name: string): string =>
  plain(plain(name).replace(/^export\s+/, ''))
    .toUpperCase()
    .replace(/[.-]/g, '_')

/** The environment variables that set a key, most important first. */
export const environmentNames = (setting: KeyedSetting): readonly string[] => [
  setting.env,
  ...(setting.envAliases ?? []),
  ...(setting.formerKey === undefined ? [] : [envName(setting.formerKey)]),
]

/** A beginning that differs from ours by this many letters is a misspelt one. */
const MOST_TYPOS = 2
/** Names under which other programs and tutorials know the key of the model. */
const LIKE_THE_KEY = /^OPENAI_(?:API_?)?(?:KEY|TOKEN|SECRET(?:_?KEY)?)$/

const isMeantForUs = (name: string): boolean =>
  editDistance(name.slice(0, PREFIX.length), PREFIX) <= MOST_TYPOS || LIKE_THE_KEY.test(name)

/** A warning for each variable that begins like `DENIDIN_`, or is named like our key, and has no effect. */
export const unknownVariables = (
  layers: readonly Environment[],
  settings: readonly KeyedSetting[],
): readonly string[] => {
  const known = new Set([CONFIG_FILE_VARIABLE, ...settings.flatMap(environmentNames)])
  const ours = new Set(layers.flatMap(layer => Object.keys(layer)).filter(name => isMeantForUs(upperCase(name))))
  return [...ours]
    .filter(name => !known.has(name))
    .map(name => {
      const written = upperCase(name)
      const suggestion = LIKE_THE_KEY.test(written) ? 'OPENAI_API_KEY' : suggest(written, [...known])
      return `${name}: unknown variable, ignored${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`
    })
}
