import { readFileSync, statSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { PlacedSetting } from './setting.ts'
import { didYouMean } from './did-you-mean.ts'
import { envName } from './setting.ts'

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of this process; for entry points alone. */
export const readEnvironment = (): Environment => ({ ...process.env })

/** Names that are no keys of the file. */
export const CONFIG_FILE_VARIABLE = 'DENIDIN_CONFIG'
const PREFIX = 'DENIDIN_'
/** Group or others may read. */
const READABLE_BY_OTHERS = 0o044

/** Whether somebody else on this machine may read a file. */
export const othersMayRead = (path: string): boolean => (statSync(path).mode & READABLE_BY_OTHERS) !== 0

/** Variables of a `.env` file; `undefined` when there is none. */
export const readEnvFile = (path: string): Environment | undefined => {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** A value from the environment, and the name it was found under. */
export interface EnvironmentValue {
  readonly text: string
  readonly name: string
}

/** Names in the environment that set a key, in the order in which they are asked. */
export const environmentNames = (setting: PlacedSetting): readonly string[] => [
  setting.env,
  ...(setting.other_env ?? []),
  ...(setting.other_key === undefined ? [] : [envName(setting.other_key)]),
]

/** The first value for a key: the layers in their order, in each its own name before the others. Empty counts as unset. */
export const environmentValue = (
  setting: PlacedSetting,
  layers: readonly Environment[],
): EnvironmentValue | undefined => {
  for (const layer of layers) {
    for (const name of environmentNames(setting)) {
      const text = layer[name]
      if (text !== undefined && text.trim() !== '') return { text, name }
    }
  }
  return undefined
}

/** A warning for each variable that looks like one of ours and sets nothing. */
export const unknownVariables = (layers: readonly Environment[], settings: readonly PlacedSetting[]): string[] => {
  const known = new Set([CONFIG_FILE_VARIABLE, ...settings.flatMap(environmentNames)])
  const strangers = new Set(layers.flatMap(layer => Object.keys(layer)).filter(name => name.startsWith(PREFIX)))
  return [...strangers]
    .filter(name => !known.has(name))
    .map(name => {
      const meant = didYouMean(name, [...known])
      return `${name}: no such setting${meant === undefined ? '' : ` (did you mean ${meant}?)`}`
    })
}
