/** Merges environment, configuration file and defaults with convict, and checks every value against its declaration. */
import convict from 'convict'
import type { Environment } from './environment.ts'
import { environmentValue } from './environment-value.ts'
import { allowedText, faultText, isValid, parseText } from './formats.ts'
import { SCHEMA } from './schema.ts'
import { listSettings, type KeyedSetting } from './setting.ts'
import { putAt, type Tree } from './tree.ts'

/** The properties of a convict schema node that a check reads. */
interface ConvictNode {
  readonly doc?: string | undefined
  /** The environment variable that the value comes from. */
  readonly source?: string | undefined
}

const SETTINGS = listSettings(SCHEMA)
const formatName = (setting: KeyedSetting): string => `denidin:${setting.key}`

// Each setting is a separate convict format, so that convict parses and checks values by its declaration.
convict.addFormats(
  Object.fromEntries(
    SETTINGS.map(setting => [
      formatName(setting),
      {
        coerce: (value: unknown): unknown => (typeof value === 'string' ? parseText(value, setting) : value),
        validate: (value: unknown, { source }: ConvictNode): void => {
          if (isValid(value, setting)) return
          const origin = source === undefined ? '' : ` (set by ${source})`
          throw new TypeError(`must be ${allowedText(setting)}${faultText(value, setting)}${origin}`)
        },
      },
    ]),
  ),
)

/** The values of all keys, and one line for each invalid value. */
export interface CheckedValues {
  readonly values: Tree
  readonly problems: readonly string[]
}

/**
 * Merges the sources and checks every value.
 * @param file the known keys of the configuration file.
 * @param layers environments, the most important first.
 */
export const checkValues = (file: Tree, layers: readonly Environment[]): CheckedValues => {
  const schema: convict.Schema<Tree> = {}
  const env: Record<string, string> = {}
  for (const setting of SETTINGS) {
    const found = environmentValue(setting, layers)
    if (found !== undefined) env[setting.env] = found.text
    putAt(schema, setting.key, {
      doc: setting.doc,
      default: setting.default,
      format: formatName(setting),
      env: setting.env,
      nullable: setting.default === null,
      // Keeps convict from adding the value to its messages: ours already show it, except for secrets.
      sensitive: true,
      source: found?.name,
    })
  }
  const config = convict<Tree>(schema, { env, args: [] }).load(file)
  let problems: readonly string[] = []
  try {
    config.validate({ allowed: 'strict' })
  } catch (error) {
    problems = (error as Error).message.split('\n')
  }
  return { values: config.getProperties(), problems }
}
