/** Says where the value of each setting comes from: a variable, the configuration file, or the default. */
import type { Environment } from './environment.ts'
import { environmentValue } from './environment-value.ts'
import { SCHEMA } from './schema.ts'
import { listSettings, type KeyedSetting } from './setting.ts'
import { valueAt, type Tree } from './tree.ts'

export interface SettingOrigin {
  readonly from: 'environment' | 'env_file' | 'file' | 'default'
  /** The variable, for a value of the environment or of `.env`. */
  readonly variable: string | undefined
}

/** By key, such as `feature_flags.enable_memory_system`. */
export type SettingOrigins = ReadonlyMap<string, SettingOrigin>

/**
 * @param file the known keys of the configuration file
 * @param layers the environment, and then `.env` if there is one
 */
export const findOrigins = (file: Tree, layers: readonly Environment[]): SettingOrigins =>
  new Map(listSettings(SCHEMA).map(setting => [setting.key, originOf(setting, file, layers)]))

const originOf = (setting: KeyedSetting, file: Tree, layers: readonly Environment[]): SettingOrigin => {
  const found = environmentValue(setting, layers)
  if (found !== undefined) return { from: found.layer === 0 ? 'environment' : 'env_file', variable: found.name }
  return { from: valueAt(file, setting.key) === undefined ? 'default' : 'file', variable: undefined }
}
