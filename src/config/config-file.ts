import { readFileSync } from 'node:fs'
import JSON5 from 'json5'
import { DenidinError } from '../platform/errors.ts'
import { didYouMean } from './did-you-mean.ts'
import { isSetting, placedSettings } from './setting.ts'

/**
 * Reads a configuration file: JSON in which comments and trailing commas are welcome; an empty file counts as `{}`.
 * @throws DenidinError `not_found` when there is none; `invalid_config` when it is no JSON or cannot be read.
 */
export const readConfigFile = (path: string, schema: object): FileContent => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? new DenidinError('not_found', `there is no configuration file ${path}: copy config/config.example.json there`, {
          cause: error,
        })
      : new DenidinError('invalid_config', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  let content: unknown
  try {
    content = text.trim() === '' ? {} : JSON5.parse(text)
  } catch (error) {
    throw new DenidinError('invalid_config', `${path} is not JSON: ${(error as Error).message}`, { cause: error })
  }
  return sortedBySchema(content, schema)
}

/** Nested values of a configuration file. */
export type Tree = Record<string, unknown>

/** What a file says: the values under keys that exist, and a line for each thing that is wrong with its form. */
interface FileContent {
  readonly values: Tree
  readonly problems: readonly string[]
}

const isSection = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Sorts what a file holds by the schema. Values of unknown keys are not shown: they may be misspelt secrets. */
const sortedBySchema = (content: unknown, schema: object): FileContent => {
  if (!isSection(content)) return { values: {}, problems: ['the configuration must be one object: { … }'] }
  const known = [...placedSettings(schema).map(each => each.key), ...sectionsOf(schema)]
  const problems = putUnderNewNames(content, schema)
  const walk = (tree: Tree, node: object, path: readonly string[]): Tree => {
    const values: Tree = {}
    for (const [name, value] of Object.entries(tree)) {
      const key = [...path, name].join('.')
      const child = (Object.hasOwn(node, name) ? node[name as keyof typeof node] : undefined) as object | undefined
      if (child === undefined) {
        const meant = didYouMean(key, known)
        problems.push(`${key}: no such key${meant === undefined ? '' : ` (did you mean ${meant}?)`}`)
      } else if (isSetting(child)) {
        if (isSection(value)) problems.push(`${key}: must be a value, not a section`)
        else values[name] = value
      } else if (isSection(value)) {
        values[name] = walk(value, child, [...path, name])
      } else {
        problems.push(`${key}: must be a section with ${Object.keys(child).join(', ')}`)
      }
    }
    return values
  }
  return { values: walk(content, schema, []), problems }
}

/** Moves values from the older name of a key to its own. */
const putUnderNewNames = (content: Tree, schema: object): string[] => {
  const problems: string[] = []
  for (const { key, other_key } of placedSettings(schema)) {
    const value = other_key === undefined ? undefined : valueAt(content, other_key)
    if (other_key === undefined || value === undefined) continue
    const own = valueAt(content, key)
    if (own !== undefined && own !== value) {
      problems.push(`${other_key}: is the older name of ${key}, which has another value; keep one of them`)
    }
    putAt(content, other_key, undefined)
    if (own === undefined) putAt(content, key, value)
  }
  return problems
}

const sectionsOf = (node: object, path: readonly string[] = []): readonly string[] =>
  Object.entries(node).flatMap(([name, child]: [string, object]) =>
    isSetting(child) ? [] : [[...path, name].join('.'), ...sectionsOf(child, [...path, name])],
  )

/** The value at a dotted key. */
export const valueAt = (tree: unknown, key: string): unknown =>
  key.split('.').reduce((node, name) => (isSection(node) && Object.hasOwn(node, name) ? node[name] : undefined), tree)

/**
 * Puts a value at a dotted key, making the sections above it, or takes away what is there when it is `undefined`.
 * Where a section's place is taken by something else, nothing happens.
 */
export const putAt = (tree: Tree, key: string, value: unknown): void => {
  const path = key.split('.')
  const name = path.pop() ?? key
  let node = tree
  for (const section of path) {
    const next = (node[section] ??= {})
    if (!isSection(next)) return
    node = next
  }
  if (value === undefined) Reflect.deleteProperty(node, name)
  else node[name] = value
}
