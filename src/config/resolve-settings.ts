/**
 * Turns checked values into settings: applies inherited values, extracts digits of phone numbers, makes paths absolute.
 */
import { isAbsolute, relative, resolve } from 'node:path'
import { phoneDigits } from '../platform/phone.ts'
import type { Environment } from './environment.ts'
import { isPlaceholder } from './formats.ts'
import { listedModels } from './model-list.ts'
import { listedTargets } from './target-list.ts'
import { SCHEMA } from './schema.ts'
import { listSettings, type KeyedSetting } from './setting.ts'
import type { Settings } from './settings.ts'
import { putAt, textAt, valueAt, type Tree } from './tree.ts'

/**
 * The settings, frozen. Placeholders of phone numbers are left out.
 * @param cwd the DeniDin folder, to which paths are relative.
 * @param layers environments, the most important first.
 */
export const resolveSettings = (values: Tree, cwd: string, layers: readonly Environment[]): Settings => {
  const root = resolve(cwd, textAt(values, 'data_root') ?? '')
  const resolved: Tree = {}
  for (const setting of listSettings(SCHEMA)) {
    const value = valueAt(values, setting.key) ?? inheritedValue(setting, values)
    putAt(resolved, setting.key, resolveValue(value, setting, { cwd, root, layers }))
  }
  // Every value was checked against the schema that the type is derived from.
  return freeze(resolved) as Settings
}

/** A warning for each phone number that is still a placeholder. */
export const placeholderWarnings = (values: Tree): readonly string[] =>
  listSettings(SCHEMA).flatMap(({ key, format }) =>
    format === 'phone' || format === 'phones'
      ? textsOf(valueAt(values, key))
          .filter(isPlaceholder)
          .map(phone => `${key}: "${phone}" is a placeholder, not a phone number; it is ignored`)
      : [],
  )

const inheritedValue = ({ inherits }: KeyedSetting, values: Tree): unknown =>
  (inherits === undefined ? undefined : valueAt(values, inherits)) ?? undefined

interface Surroundings {
  readonly cwd: string
  readonly root: string
  readonly layers: readonly Environment[]
}

const resolveValue = (value: unknown, { format }: KeyedSetting, { cwd, root, layers }: Surroundings): unknown => {
  if (format === 'models') return listedModels(value, layers)
  if (format === 'targets') return listedTargets(value, layers, cwd)
  if (format === 'phone') return digitsOf(value)[0]
  if (format === 'phones') return digitsOf(value)
  if (format === 'paths') return textsOf(value).map(path => resolve(cwd, path))
  if (typeof value !== 'string') return value
  if (format === 'path' || format === 'file') return resolve(cwd, value)
  return format === 'data_folder' ? relativeToRoot(value, root, cwd) : value
}

const textsOf = (value: unknown): readonly string[] =>
  [value].flat().filter((each): each is string => typeof each === 'string')

const digitsOf = (value: unknown): readonly string[] => textsOf(value).flatMap(phone => phoneDigits(phone) ?? [])

/**
 * A folder relative to `root`. A path that begins with the name of the root (`data/memory`) loses that part; a folder
 * outside the root keeps its absolute path; a folder that contains the root becomes `.`.
 */
const relativeToRoot = (folder: string, root: string, cwd: string): string => {
  const path = resolve(cwd, folder)
  const inside = relative(root, path)
  if (inside !== '' && !leadsUp(inside)) return inside
  if (!isAbsolute(folder)) return relative('/', resolve('/', folder)) || '.'
  return leadsUp(relative(path, root)) ? path : '.'
}

const leadsUp = (path: string): boolean => path === '..' || path.startsWith('../')

/** A frozen deep copy. */
const freeze = (value: unknown): unknown => {
  if (Array.isArray(value)) return Object.freeze(value.map(freeze))
  if (typeof value !== 'object' || value === null) return value
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, freeze(each)])))
}
