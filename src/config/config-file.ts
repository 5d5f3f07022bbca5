/** Reads the configuration file: JSON with comments and trailing commas. */
import JSON5 from 'json5'
import { DenidinError } from '../platform/errors.ts'
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
  const content = text.trim() === '' ? {} : parse(text, path)
  if (!isTree(content)) {
    throw new DenidinError('invalid_config', `${path} must contain one JSON object: { … }`)
  }
  return content
}

const parse = (text: string, path: string): unknown => {
  try {
    return JSON5.parse(text)
  } catch (error) {
    const reason = (error as Error).message
      .replace(/^JSON5: /, '')
      .replace(/ at (\d+):(\d+)$/, ' at line $1, column $2')
    throw new DenidinError('invalid_config', `${path} is not valid JSON: ${reason}`, { cause: error })
  }
}
