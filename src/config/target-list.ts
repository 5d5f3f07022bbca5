/** The format of a list of backup targets: folders, S3-compatible stores and commands. */
import { resolve } from 'node:path'
import { COMMAND_PLACEHOLDERS, type ListedTarget } from '../platform/backup-targets.ts'
import { KEY, keyIn } from './clean-text.ts'
import type { Environment } from './environment.ts'
import { isTree, type Tree } from './tree.ts'
import { isWebAddress } from './web-address.ts'

const MOST_TARGETS = 10
const MOST_CHARACTERS = 4096
const MOST_ARGUMENTS = 100
const MOST_DAYS = 36_500
const MOST_MINUTES = 7 * 24 * 60
const DEFAULT_MINUTES = 60
const DEFAULT_REGION = 'us-east-1'
const DEFAULT_PREFIX = 'denidin'
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/
/** A value may name the environment variable that contains it. */
const VARIABLE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const PLACEHOLDER = /\{([a-z_]*)\}/g
const BACKUP_TYPES = ['full', 'incremental', 'archive', 'point']

export const TARGETS_ALLOWED =
  'a list of at most 10 targets, such as [{"name": "nas", "type": "folder", "folder": "/mnt/nas/denidin"}]'

/** The keys of S3 targets, and the variables that are used where they are not given. */
const CREDENTIALS = {
  access_key_id: '${AWS_ACCESS_KEY_ID}',
  secret_access_key: '${AWS_SECRET_ACCESS_KEY}',
  session_token: '${AWS_SESSION_TOKEN}',
} as const
type Credential = keyof typeof CREDENTIALS

type Check = (value: unknown) => string | undefined

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= MOST_CHARACTERS

const text: Check = value => (isText(value) ? undefined : 'must be a text')
const flag: Check = value => (typeof value === 'boolean' ? undefined : 'must be true or false')
const within =
  (most: number): Check =>
  value =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most
      ? undefined
      : `must be a whole number from 1 to ${String(most)}`
const secret: Check = value =>
  isText(value) && KEY.test(keyIn(value)) ? undefined : 'must be a text without spaces, or the name of a variable'
const url: Check = value =>
  isText(value) && isWebAddress(value) ? undefined : 'must be a URL that begins with http:// or https://'
const listOf =
  (isItem: (item: string) => boolean, what: string): Check =>
  value =>
    Array.isArray(value) &&
    value.length <= MOST_ARGUMENTS &&
    value.every(item => typeof item === 'string' && isItem(item))
      ? undefined
      : `must be ${what}`
const isArgument = (item: string): boolean =>
  item.length <= MOST_CHARACTERS &&
  [...item.matchAll(PLACEHOLDER)].every(([, name]) => COMMAND_PLACEHOLDERS.some(known => known === name))
const argv: Check = value =>
  listOf(isArgument, '')(value) === undefined && Array.isArray(value) && isText(value[0])
    ? undefined
    : `must be a list with a program and its arguments, with the placeholders ${COMMAND_PLACEHOLDERS.map(each => `{${each}}`).join(', ')}`

const COMMON: Readonly<Record<string, Check>> = {
  name: value =>
    isText(value) && NAME.test(value) ? undefined : 'must have up to 40 small letters, digits and hyphens',
  type: text,
  types: listOf(item => BACKUP_TYPES.includes(item), `a list of some of ${BACKUP_TYPES.join(', ')}`),
  retention_days: within(MOST_DAYS),
  archive_retention_days: within(MOST_DAYS),
}

interface Kind {
  readonly needed: readonly string[]
  readonly keys: Readonly<Record<string, Check>>
}

const KINDS: Readonly<Record<string, Kind>> = {
  folder: { needed: ['folder'], keys: { folder: text } },
  s3: {
    needed: ['bucket'],
    keys: {
      bucket: text,
      region: text,
      endpoint: url,
      prefix: value => (typeof value === 'string' && value.length <= 500 ? undefined : 'must be a text'),
      storage_class: value =>
        isText(value) && /^[A-Z0-9_]+$/.test(value) ? undefined : 'must be in capitals, such as STANDARD_IA',
      path_style: flag,
      access_key_id: secret,
      secret_access_key: secret,
      session_token: secret,
    },
  },
  command: {
    needed: ['copy'],
    keys: {
      copy: argv,
      fetch: argv,
      prune: argv,
      env: listOf(item => VARIABLE_NAME.test(item), 'a list of names of environment variables'),
      timeout_minutes: within(MOST_MINUTES),
    },
  },
}

/** The error in a list of targets, without its values, which may be secrets; `undefined` if there is none. */
export const targetListFault = (value: unknown): string | undefined => {
  if (!Array.isArray(value)) return 'it is not a list'
  if (value.length > MOST_TARGETS) return `there are ${String(value.length)}`
  for (const [at, each] of value.entries()) {
    const fault = targetFault(each)
    if (fault !== undefined) return `number ${String(at + 1)} ${fault}`
  }
  const names = treesOf(value).map(({ name }) => String(name))
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? undefined : `two are called ${twice}`
}

const targetFault = (value: unknown): string | undefined => {
  if (!isTree(value)) return 'is not an object'
  const kind = Object.entries(KINDS).find(([name]) => name === value['type'])?.[1]
  if (kind === undefined) return `needs a type: ${Object.keys(KINDS).join(', ')}`
  const checks = { ...COMMON, ...kind.keys }
  const unknown = Object.keys(value).find(key => !Object.hasOwn(checks, key))
  if (unknown !== undefined) return `has the unknown key ${unknown.slice(0, 40)}`
  for (const key of ['name', ...kind.needed]) if (value[key] == null) return `has no ${key}`
  for (const [key, check] of Object.entries(checks)) {
    const fault = value[key] == null ? undefined : check(value[key])
    if (fault !== undefined) return `has a wrong ${key}: it ${fault}`
  }
  return undefined
}

/** The targets of a checked list, with the values of the variables that they name. */
export const listedTargets = (value: unknown, layers: readonly Environment[], cwd: string): readonly ListedTarget[] =>
  treesOf(value).map(tree => {
    const common = {
      name: String(tree['name']),
      types: textsIn(tree['types']),
      retention_days: numberIn(tree['retention_days']),
      archive_retention_days: numberIn(tree['archive_retention_days']),
    }
    switch (tree['type']) {
      case 'folder':
        return { ...common, type: 'folder', folder: resolve(cwd, String(tree['folder'])) }
      case 's3':
        return { ...common, type: 's3', ...bucketOf(tree, layers) }
      default:
        return { ...common, type: 'command', ...commandOf(tree, layers) }
    }
  })

const bucketOf = (tree: Tree, layers: readonly Environment[]) => {
  const endpoint = textIn(tree['endpoint'])
  return {
    bucket: String(tree['bucket']),
    region: textIn(tree['region']) ?? DEFAULT_REGION,
    endpoint,
    prefix: (typeof tree['prefix'] === 'string' ? tree['prefix'] : DEFAULT_PREFIX).replace(/^\/+|\/+$/g, ''),
    storage_class: textIn(tree['storage_class']),
    path_style: typeof tree['path_style'] === 'boolean' ? tree['path_style'] : endpoint !== undefined,
    access_key_id: credentialOf(tree, 'access_key_id', layers) ?? '',
    secret_access_key: credentialOf(tree, 'secret_access_key', layers) ?? '',
    session_token: credentialOf(tree, 'session_token', layers),
  }
}

const commandOf = (tree: Tree, layers: readonly Environment[]) => ({
  copy: textsIn(tree['copy']),
  fetch: textsIn(tree['fetch']),
  prune: textsIn(tree['prune']),
  env: Object.fromEntries(
    textsIn(tree['env']).flatMap(name => {
      const value = variable(name, layers)
      return value === undefined ? [] : [[name, value] as const]
    }),
  ),
  timeout_minutes: numberIn(tree['timeout_minutes']) ?? DEFAULT_MINUTES,
})

/** The unset variables that a list of targets names or needs. */
export const missingTargetVariables = (value: unknown, layers: readonly Environment[]): readonly string[] =>
  treesOf(value).flatMap(tree => {
    if (tree['type'] === 'command') return textsIn(tree['env']).filter(name => variable(name, layers) === undefined)
    if (tree['type'] !== 's3') return []
    return (['access_key_id', 'secret_access_key'] as const).flatMap(key => {
      const name = VARIABLE.exec(textIn(tree[key]) ?? CREDENTIALS[key])?.[1]
      return name === undefined || variable(name, layers) !== undefined ? [] : [name]
    })
  })

/** Whether a list contains a key itself, rather than only the name of a variable. */
export const holdsTargetKey = (value: unknown): boolean =>
  treesOf(value).some(tree =>
    Object.keys(CREDENTIALS).some(key => {
      const given = textIn(tree[key])
      return given !== undefined && !VARIABLE.test(given)
    }),
  )

const credentialOf = (tree: Tree, key: Credential, layers: readonly Environment[]): string | undefined => {
  const given = textIn(tree[key]) ?? CREDENTIALS[key]
  const name = VARIABLE.exec(given)?.[1]
  return name === undefined ? keyIn(given) : variable(name, layers)
}

const variable = (name: string, layers: readonly Environment[]): string | undefined =>
  layers.map(layer => keyIn(layer[name] ?? '')).find(value => value !== '')

const treesOf = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.filter(isTree) : [])
const textIn = (value: unknown): string | undefined => (isText(value) ? value : undefined)
const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
