/** Reads JSON with comments that an operator wrote, and names the line of an error. */
import JSON5 from 'json5'
import type { z } from 'zod'
import { DenidinError } from './errors.ts'
import { repeatedKey, repeatedKeyText } from './repeated-keys.ts'

/** The text of a file, and its name in errors. */
export interface NamedText {
  readonly text: string
  readonly source: string
}

/**
 * Parses a text and checks it against a schema; an empty text counts as `{}`. A message of the schema follows the path
 * of its value: `prices.gpt-4o.input must be a number`.
 * @param allowedKeys the known keys at a path, for the error about an unknown one
 * @throws DenidinError `invalid_config` with the line and the reason
 */
export const readJsonWithComments = <Schema extends z.ZodType>(
  file: NamedText,
  schema: Schema,
  allowedKeys: (path: readonly string[]) => readonly string[],
): z.output<Schema> => {
  const parsed = schema.safeParse(parse(file))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = (issue?.path ?? []).map(String)
  if (issue?.code === 'unrecognized_keys') {
    const allowed = allowedKeys(path).join(', ')
    throw brokenFile(file, [...path, ...issue.keys.slice(0, 1)], `is not a known key; allowed are ${allowed}`)
  }
  // The schemas word all other errors themselves; zod words the one for a value that should be an object.
  const sentence = issue?.message.startsWith('Invalid input') === true ? 'must be an object' : issue?.message
  throw brokenFile(file, path, sentence ?? 'is not valid')
}

/** An error about the value at a path. */
export const brokenFile = (file: NamedText, path: readonly string[], sentence: string): DenidinError =>
  broken(file.source, lineOf(file.text, path), `${path.join('.')} ${sentence}`.trim())

const parse = (file: NamedText): unknown => {
  const content = parseJson(file)
  const reserved = pathOfReserved(content)
  if (reserved !== undefined) throw brokenFile(file, reserved, `is not allowed: no name may be ${RESERVED}`)
  const repeated = repeatedKey(file.text)
  if (repeated !== undefined) throw broken(file.source, repeated.lines[1], repeatedKeyText(repeated))
  return content
}

/** Objects of JavaScript have this key anyway, so the schemas leave it out without a word. */
const RESERVED = '__proto__'

const pathOfReserved = (content: unknown): readonly string[] | undefined => {
  if (typeof content !== 'object' || content === null) return undefined
  for (const [key, value] of Object.entries(content)) {
    const below = key === RESERVED ? [] : pathOfReserved(value)
    if (below !== undefined) return [key, ...below]
  }
  return undefined
}

const parseJson = ({ text, source }: NamedText): unknown => {
  try {
    return text.trim() === '' ? {} : JSON5.parse<unknown>(text)
  } catch (error) {
    const [, reason = (error as Error).message, line] =
      /^(?:JSON5: )?(.*) at (\d+):\d+$/s.exec((error as Error).message) ?? []
    throw broken(source, line === undefined ? undefined : Number(line), `is not valid JSON: ${reason}`)
  }
}

const broken = (source: string, line: number | undefined, reason: string): DenidinError =>
  new DenidinError('invalid_config', `${source}${line === undefined ? '' : `, line ${String(line)}`}: ${reason}`)

/** The line of the value at a path, counted from 1: found by searching for the keys one after the other. */
const lineOf = (text: string, path: readonly string[]): number | undefined => {
  let at = 0
  for (const name of path) {
    const found = text.indexOf(name, at)
    if (found === -1) return undefined
    at = found + name.length
  }
  return text.slice(0, at).split('\n').length
}
