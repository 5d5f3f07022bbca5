/** The format of a list of models, each with its own address and key. */
import { KEY, keyIn } from './clean-text.ts'
import type { Environment } from './environment.ts'
import type { ListedModel } from './setting.ts'
import { isTree, type Tree } from './tree.ts'
import { isWebAddress } from './web-address.ts'

const MOST_MODELS = 10
const MOST_CHARACTERS = 4096
const KEYS = ['model', 'base_url', 'api_key']
/** A key may name the environment variable that contains it. */
const VARIABLE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/

export const MODELS_ALLOWED =
  'a list of at most 10 models, such as [{"model": "llama3.1", "base_url": "http://127.0.0.1:11434/v1", "api_key": "${OTHER_API_KEY}"}]'

/** The error in a list of models, without its values, which may be secrets; `undefined` if there is none. */
export const modelListFault = (value: unknown): string | undefined => {
  if (!Array.isArray(value)) return 'it is not a list'
  if (value.length > MOST_MODELS) return `there are ${String(value.length)}`
  for (const [at, each] of value.entries()) {
    const fault = modelFault(each)
    if (fault !== undefined) return `number ${String(at + 1)} ${fault}`
  }
  return undefined
}

const modelFault = (value: unknown): string | undefined => {
  if (!isTree(value)) return 'is not an object'
  const unknown = Object.keys(value).find(key => !KEYS.includes(key))
  if (unknown !== undefined) return `has the unknown key ${unknown.slice(0, 40)}`
  const { model, base_url, api_key } = value
  if (!isText(model)) return 'has no model'
  if (base_url != null && !isUrl(base_url)) return 'has a base_url that does not begin with http:// or https://'
  if (api_key != null && (!isText(api_key) || !KEY.test(keyIn(api_key))))
    return 'has an api_key that is no text without spaces'
  return undefined
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= MOST_CHARACTERS

const isUrl = (value: unknown): value is string => isText(value) && isWebAddress(value)

/** The models of a checked list. A key that names an unset variable counts as unset. */
export const listedModels = (value: unknown, layers: readonly Environment[]): readonly ListedModel[] =>
  treesOf(value).map(({ model, base_url, api_key }) => ({
    model: String(model),
    base_url: typeof base_url === 'string' ? base_url : undefined,
    api_key: typeof api_key === 'string' ? keyOf(api_key, layers) : undefined,
  }))

/** The unset variables that a list of models names. */
export const missingVariables = (value: unknown, layers: readonly Environment[]): readonly string[] =>
  treesOf(value).flatMap(({ api_key }) => {
    const name = typeof api_key === 'string' ? VARIABLE.exec(api_key)?.[1] : undefined
    return name === undefined || keyOf(`\${${name}}`, layers) !== undefined ? [] : [name]
  })

/** Whether a list contains a key itself, rather than only the name of a variable. */
export const holdsModelKey = (value: unknown): boolean =>
  treesOf(value).some(({ api_key }) => typeof api_key === 'string' && !VARIABLE.test(api_key))

const treesOf = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.filter(isTree) : [])

const keyOf = (api_key: string, layers: readonly Environment[]): string | undefined => {
  const name = VARIABLE.exec(api_key)?.[1]
  if (name === undefined) return keyIn(api_key)
  return layers.map(layer => keyIn(layer[name] ?? '')).find(key => key !== '')
}
