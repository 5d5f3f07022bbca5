/** Reads and writes values of nested objects by dotted path. */

/** A nested object, such as the content of a configuration file. */
export type Tree = Record<string, unknown>

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a dotted path; `undefined` if there is none. */
export const valueAt = (tree: Tree, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((node, name) => (isTree(node) && Object.hasOwn(node, name) ? node[name] : undefined), tree)

/** The text at a dotted path; `undefined` if there is none. */
export const textAt = (tree: Tree, path: string): string | undefined => {
  const value = valueAt(tree, path)
  return typeof value === 'string' ? value : undefined
}

/**
 * Sets the value at a dotted path and creates the objects above it. Does nothing if something other than an object is in
 * the way.
 */
export const putAt = (tree: Tree, path: string, value: unknown): void => {
  const names = path.split('.')
  const last = names.pop() ?? path
  let node = tree
  for (const name of names) {
    const next = (node[name] ??= {})
    if (!isTree(next)) return
    node = next
  }
  node[last] = value
}

/** Removes the value at a dotted path, if there is one. */
export const removeAt = (tree: Tree, path: string): void => {
  const end = path.lastIndexOf('.')
  const parent = end === -1 ? tree : valueAt(tree, path.slice(0, end))
  if (isTree(parent)) Reflect.deleteProperty(parent, path.slice(end + 1))
}
