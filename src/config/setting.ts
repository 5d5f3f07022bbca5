/** Kinds of values; `formats.ts` says how each is read and what it allows. */
export type FormatName =
  | 'switch'
  | 'whole'
  | 'decimal'
  | 'text'
  | 'secret'
  | 'choice'
  | 'phone'
  | 'phones'
  | 'list'
  | 'cron'
  | 'url'
  | 'folder'
  | 'collection'
  | 'hours'
  | 'time_zone'

/** One key of the configuration. */
export interface Setting<T = unknown> {
  /** `null`: none, and `null` may be written too. */
  readonly default: T | null
  /** One sentence for the operator. */
  readonly doc: string
  readonly format: FormatName
  /** Bounds of a number, both included. */
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly string[]
  /** Never shown in a message. */
  readonly sensitive?: true
  /** Names in the environment that are accepted beside `DENIDIN_<PATH_IN_CAPS>`. */
  readonly other_env?: readonly string[]
  /** The key by an older name. */
  readonly other_key?: string
  /** The key whose value is taken where this one has none. */
  readonly inherits?: string
}

type Leaf = string | number | boolean | readonly string[] | undefined

/** A tree of settings for every key of `T`, none missing and none beside. */
export type SettingsTree<T> = {
  readonly [K in keyof T]-?: T[K] extends Leaf ? Setting<Exclude<T[K], undefined>> : SettingsTree<T[K]>
}

/** A setting with its place in the tree. */
export interface PlacedSetting extends Setting {
  /** Dotted, as in `memory.session.expiry_cron`. */
  readonly key: string
  /** Name in the environment: `DENIDIN_MEMORY_SESSION_EXPIRY_CRON`. */
  readonly env: string
}

/** Name of a key in the environment. */
export const envName = (key: string): string => `DENIDIN_${key.replaceAll('.', '_').toUpperCase()}`

/** Whether a node of the tree is a setting, not a section. */
export const isSetting = (node: object): node is Setting => 'doc' in node && typeof node.doc === 'string'

/** All settings of a tree, in its order. */
export const placedSettings = (tree: object, path: readonly string[] = []): readonly PlacedSetting[] =>
  Object.entries(tree).flatMap(([name, node]: [string, object]) => {
    const key = [...path, name].join('.')
    return isSetting(node) ? [{ ...node, key, env: envName(key) }] : placedSettings(node, [...path, name])
  })
