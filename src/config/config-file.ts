/** Reads the configuration file: JSON with comments and trailing commas. */
import JSON5 from 'json5'
import { DenidinError } from '../platform/errors.ts'
import { repeatedKey, repeatedKeyText } from '../platform/repeated-keys.ts'
import { withoutInvisible } from './clean-text.ts'
import { readTextFile } from './text-file.ts'
import { isTree, type Tree } from './tree.ts'

/** A configuration file, and why this one is used. */
export interface ConfigFile {
  readonly path: string
  /** The environment variable that names the file, if one does. */
  readonly variable: string | undefined
}

/**
 * The content of a configuration file; an empty file counts as `{}`.
 * @throws DenidinError `not_found` if the file does not exist, `invalid_config` if it cannot be read or parsed.
 */
export const readConfigFile = ({ path, variable }: ConfigFile): Tree => {
  const text = readTextFile(path)
  if (text === undefined) {
    const origin = variable === undefined ? '' : ` (set by ${variable})`
    throw new DenidinError(
      'not_found',
      `there is no configuration file ${path}${origin}; create it by copying config/config.example.json`,
    )
  }
  const content = text.trim() === '' ? {} : withVisibleKeys(parse(text, path))
  if (!isTree(content)) {
    throw new DenidinError('invalid_config', `${path} must contain one JSON object: { … }`)
  }
  return content
}

const parse = (text: string, path: string): unknown => {
  const broken = text.split('\n').findIndex(line => line.includes('\uFFFD'))
  if (broken >= 0) {
    throw new DenidinError(
      'invalid_config',
      `${path} is not encoded in UTF-8 (line ${String(broken + 1)}); save it as UTF-8`,
    )
  }
  const content = parseJson(text, path)
  const repeated = repeatedKey(text)
  if (repeated !== undefined) throw new DenidinError('invalid_config', `${path}: ${repeatedKeyText(repeated)}`)
  return content
}

const parseJson = (text: string, path: string): unknown => {
  try {
    return JSON5.parse(text)
  } catch (error) {
    const [, reason = '', line = '1', column = '1'] =
      /^(?:JSON5: )?(.*) at (\d+):(\d+)$/s.exec((error as Error).message) ?? []
    const hint = QUOTES.test(text.split('\n')[Number(line) - 1] ?? '')
      ? '; replace the curly quotes in this line by "'
      : ''
    const where =
      reason === '' ? (error as Error).message.replace(/^JSON5: /, '') : `${reason} at line ${line}, column ${column}`
    throw new DenidinError('invalid_config', `${path} is not valid JSON: ${where}${hint}`, { cause: error })
  }
}

const QUOTES = /[“”„‟«»‘’‚‛]/

/** Removes invisible characters from keys, such as a zero-width space that was copied along. */
const withVisibleKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withVisibleKeys)
  if (!isTree(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [withoutInvisible(key).trim(), withVisibleKeys(inner)]),
  )
}
