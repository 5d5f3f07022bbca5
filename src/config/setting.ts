/**
 * How a configuration key is declared: its default, description, format and limits. The type of its value is derived
 * from the declaration.
 */

import type { ListedTarget } from '../platform/backup-targets.ts'

interface Common {
  /** Description for the operator, in Markdown. */
  readonly doc: string
  /** Environment variables that set the key besides `DENIDIN_<PATH>`; tried in this order, after it. */
  readonly envAliases?: readonly string[]
  /** An earlier name of the key, still accepted in the file and in the environment. */
  readonly formerKey?: string
  /** The key whose value is used while this one has none. */
  readonly inherits?: string
}

/** A switch. */
export interface BooleanSetting extends Common {
  readonly format: 'boolean'
  readonly default: boolean
}

/** A number with inclusive bounds. */
export interface NumberSetting extends Common {
  readonly format: 'integer' | 'number'
  /** `null`: not set. */
  readonly default: number | null
  readonly min: number
  readonly max: number
}

/** One of several values. */
export interface ChoiceSetting extends Common {
  readonly format: 'choice'
  /** `null`: not set. */
  readonly default: string | null
  readonly choices: readonly string[]
}

/** A list of strings. */
export interface ListSetting extends Common {
  readonly format:
    | 'texts'
    | 'phones'
    /** Public keys of age. */
    | 'recipients'
    /** Paths relative to the DeniDin folder. */
    | 'paths'
  readonly default: readonly string[]
  /** The allowed items, if not every text is allowed. */
  readonly choices?: readonly string[]
}

/** A model that is asked if those before it give no answer. */
export interface ListedModel {
  readonly model: string
  /** `undefined`: OpenAI's own. */
  readonly base_url: string | undefined
  readonly api_key: string | undefined
}

/** A list of models, each with its own address and key. */
export interface ModelListSetting extends Common {
  readonly format: 'models'
  readonly default: readonly []
}

/** A list of places where copies of backups are kept. */
export interface TargetListSetting extends Common {
  readonly format: 'targets'
  readonly default: readonly []
}

/** A string; `formats.ts` says what each format accepts. */
export interface TextSetting extends Common {
  readonly format:
    | 'text'
    | 'secret'
    | 'phone'
    | 'url'
    | 'cron'
    | 'time_range'
    | 'time_zone'
    | 'collection'
    /** A path relative to the DeniDin folder. */
    | 'path'
    /** The same for a file that must be readable. */
    | 'file'
    /** A folder relative to `data_root`. */
    | 'data_folder'
  /** `null`: not set. */
  readonly default: string | null
}

export type Setting =
  BooleanSetting | NumberSetting | ChoiceSetting | ListSetting | ModelListSetting | TargetListSetting | TextSetting

export type FormatName = Setting['format']

/**
 * A level of the configuration. No key may be named `format`: that property distinguishes a setting from a section, and
 * lets the compiler name the faulty property of a declaration.
 */
export type Section = { readonly [name: string]: Setting | Section } & { readonly format?: never }

/** The settings that a schema describes: the same tree with values instead of declarations. */
export type SettingsOf<Node, Root = Node> = Node extends Setting
  ? Value<Node> | Unset<Node, Root>
  : { readonly [Key in keyof Node]: SettingsOf<Node[Key], Root> }

type Value<S extends Setting> = S extends BooleanSetting
  ? boolean
  : S extends NumberSetting
    ? number
    : S extends ListSetting
      ? readonly string[]
      : S extends ModelListSetting
        ? readonly ListedModel[]
        : S extends TargetListSetting
          ? readonly ListedTarget[]
          : S extends ChoiceSetting
            ? S['choices'][number]
            : string

/** `undefined` if a key may be without a value: it has no default, and neither does the key it inherits from. */
type Unset<S extends Setting, Root> = S extends { readonly default: null }
  ? S extends { readonly inherits: infer Key extends string }
    ? Extract<SettingsOf<At<Root, Key>, Root>, undefined>
    : undefined
  : never

/** The node at a dotted path. */
type At<Node, Path extends string> = Path extends `${infer Name}.${infer Rest}`
  ? Name extends keyof Node
    ? At<Node[Name], Rest>
    : never
  : Path extends keyof Node
    ? Node[Path]
    : never

/** A setting with its position in the schema. */
export type KeyedSetting = Setting & {
  /** Dotted path, such as `memory.session.expiry_cron`. */
  readonly key: string
  /** Environment variable, such as `DENIDIN_MEMORY_SESSION_EXPIRY_CRON`. */
  readonly env: string
}

/** The environment variable of a key. */
export const envName = (key: string): string => `DENIDIN_${key.replaceAll('.', '_').toUpperCase()}`

export const isSetting = (node: Setting | Section): node is Setting => typeof node.format === 'string'

/** All settings of a section, in order. */
export const listSettings = (section: Section, path: readonly string[] = []): readonly KeyedSetting[] =>
  Object.entries(section).flatMap(([name, node]: [string, Setting | Section]) => {
    const key = [...path, name].join('.')
    return isSetting(node) ? [{ ...node, key, env: envName(key) }] : listSettings(node, [...path, name])
  })
