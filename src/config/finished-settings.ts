import { isAbsolute, relative, resolve } from 'node:path'
import { phoneDigits } from '../platform/phone.ts'
import { putAt, valueAt, type Tree } from './config-file.ts'
import { isPlaceholder } from './formats.ts'
import { SCHEMA } from './schema.ts'
import { placedSettings } from './setting.ts'
import type { Settings } from './settings.ts'

/** Keys that hold a path, relative to the folder of DeniDin. */
const PATHS = ['data_root', 'logs_dir', 'ai.system_prompt_file', 'whatsapp.browser_path']
const STORAGE = 'memory.longterm.storage_dir'

/**
 * Makes checked values into settings: phone numbers become digits, paths absolute, what inherits gets its value,
 * `null` becomes `undefined`. Placeholders of phone numbers count as none, with a line in `warnings`.
 */
export const finishedSettings = (values: Tree, cwd: string, warnings: string[]): Settings => {
  for (const { key, inherits, format } of placedSettings(SCHEMA)) {
    const value = valueAt(values, key)
    if (value === null && inherits !== undefined) putAt(values, key, valueAt(values, inherits))
    if (format === 'phone' && typeof value === 'string') putAt(values, key, digits(key, [value], warnings)[0] ?? null)
    if (format === 'phones') putAt(values, key, digits(key, value as readonly string[], warnings))
  }
  const root = resolve(cwd, valueAt(values, 'data_root') as string)
  putAt(values, STORAGE, belowRoot(valueAt(values, STORAGE) as string, root, cwd))
  for (const key of PATHS) {
    const path = valueAt(values, key)
    if (typeof path === 'string') putAt(values, key, resolve(cwd, path))
  }
  return frozen(values) as Settings
}

const digits = (key: string, phones: readonly string[], warnings: string[]): readonly string[] =>
  phones.flatMap(phone => {
    if (isPlaceholder(phone)) {
      warnings.push(`${key}: "${phone}" is a placeholder, not a phone number; it counts as none`)
    }
    return phoneDigits(phone) ?? []
  })

/**
 * A folder as seen from `root`: what was written with the root's own name before it (`data/memory`) loses that; what
 * lies elsewhere keeps its absolute path. A path that holds the root itself becomes `.`.
 */
const belowRoot = (folder: string, root: string, cwd: string): string => {
  const path = resolve(cwd, folder)
  const inside = relative(root, path)
  if (inside !== '' && !leavesUpwards(inside)) return inside
  if (!isAbsolute(folder)) return relative('/', resolve('/', folder)) || '.'
  return leavesUpwards(relative(path, root)) ? path : '.'
}

const leavesUpwards = (path: string): boolean => path === '..' || path.startsWith('../')

/** A copy without `null`, which nothing can change. */
const frozen = (value: unknown): unknown => {
  if (value === null) return undefined
  if (Array.isArray(value)) return Object.freeze(value.map(frozen))
  if (typeof value !== 'object') return value
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, frozen(each)])))
}
