/** Compares the content of the configuration file with the schema: keeps known keys and reports all others. */
import { suggest } from '../platform/suggest.ts'
import { allowedText } from './formats.ts'
import { isSetting, listSettings, type Section, type Setting } from './setting.ts'
import { isTree, putAt, removeAt, valueAt, type Tree } from './tree.ts'

/** The values of known keys, and one line for each key that is unknown or has the wrong shape. */
export interface KnownKeys {
  readonly values: Tree
  readonly problems: readonly string[]
}

/**
 * Picks the known keys; a previous name of a key counts as its current one. Values of unknown keys are not shown,
 * because they may be secrets.
 */
export const pickKnownKeys = (content: Tree, schema: Section): KnownKeys => {
  const { tree, problems } = renameFormerKeys(content, schema)
  const { values, problems: others } = pickSection(tree, schema, { schema, path: [] })
  return { values, problems: [...problems, ...others] }
}

interface Position {
  readonly schema: Section
  readonly path: readonly string[]
}

const pickSection = (tree: Tree, section: Section, { schema, path }: Position): KnownKeys => {
  const values: Tree = {}
  const problems: string[] = []
  for (const [name, value] of Object.entries(tree)) {
    const key = [...path, name].join('.')
    const node = Object.hasOwn(section, name) ? section[name] : undefined
    if (node === undefined) {
      problems.push(unknownKey(key, section, schema))
    } else if (isSetting(node)) {
      if (isTree(value)) problems.push(`${key}: must be ${allowedText(node)}, not an object`)
      else values[name] = value
    } else if (isTree(value)) {
      const inner = pickSection(value, node, { schema, path: [...path, name] })
      values[name] = inner.values
      problems.push(...inner.problems)
    } else {
      problems.push(`${key}: must be an object with ${keysOf(node)}, not ${kindOf(value)}`)
    }
  }
  return { values, problems }
}

const unknownKey = (key: string, section: Section, schema: Section): string => {
  const known = pathsOf(schema)
  if (known.includes(key)) {
    const nested = key.split('.').reduceRight((inner, name) => `{ "${name}": ${inner} }`, '…')
    return `${key}: a key with dots is unknown; write it as ${nested}`
  }
  const suggestion = suggest(key, known)
  if (suggestion !== undefined) return `${key}: unknown key; did you mean ${suggestion}?`
  return `${key}: unknown key; allowed here: ${Object.keys(section).join(', ')}`
}

/** Every path of the schema, of sections and of settings. */
const pathsOf = (section: Section, path: readonly string[] = []): readonly string[] =>
  Object.entries(section).flatMap(([name, node]: [string, Setting | Section]) => {
    const own = [...path, name]
    return isSetting(node) ? [own.join('.')] : [own.join('.'), ...pathsOf(node, own)]
  })

const keysOf = (section: Section): string => {
  const names = Object.keys(section)
  return `the key${names.length === 1 ? '' : 's'} ${names.join(', ')}`
}

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'number' ? 'a number' : 'text'
}

/** A copy of the content with the values of previous key names under their current names. */
const renameFormerKeys = (content: Tree, schema: Section): { tree: Tree; problems: readonly string[] } => {
  const tree = structuredClone(content)
  const problems: string[] = []
  for (const { key, formerKey } of listSettings(schema)) {
    const value = formerKey === undefined ? undefined : valueAt(tree, formerKey)
    if (formerKey === undefined || value === undefined) continue
    const present = valueAt(tree, key)
    if (present !== undefined && present !== value) {
      problems.push(`${formerKey}: is the former name of ${key}, which has a different value; remove one of them`)
    }
    removeAt(tree, formerKey)
    if (present === undefined) putAt(tree, key, value)
  }
  return { tree, problems }
}
