/** Describes an invalid input in a sentence. */
import type { z } from 'zod'
import { DenidinError } from '../platform/errors.ts'
import { suggest } from '../platform/suggest.ts'
import { cutStart } from '../text/cut.ts'

const SHOWN_CHARACTERS = 60

type Issue = z.core.$ZodIssue

/**
 * Turns the first problem that zod found into one sentence that names the field, its value and what is allowed.
 * `nameOf` spells the name of a field as the caller knows it.
 */
export const inputError = (
  operation: string,
  error: z.ZodError,
  input: unknown,
  schema: z.ZodObject,
  nameOf: (field: string) => string = field => field,
): DenidinError => {
  const [first] = error.issues
  const fields = Object.keys(schema.shape).map(nameOf)
  const sentence = first === undefined ? 'the input cannot be read' : describe(first, input, fields, nameOf)
  return new DenidinError('invalid_input', `${operation}: ${sentence}`, { cause: error })
}

const describe = (
  issue: Issue,
  input: unknown,
  fields: readonly string[],
  nameOf: (field: string) => string,
): string => {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    const near = suggest(key, fields)
    if (near !== undefined) return `there is no field "${key}"; did you mean "${near}"?`
    return `there is no field "${key}"; ${fields.length === 0 ? 'it takes none' : `it takes ${fields.join(', ')}`}`
  }
  if (issue.path.length === 0) return `the input must be an object, not ${show(input)}`
  const field = nameOf(issue.path.join('.'))
  const value = valueAt(input, issue.path)
  const wanted = allowed(issue)
  return value === undefined
    ? `${field} is missing; it must be ${wanted}`
    : value === ''
      ? `${field} must not be empty`
      : `${field} must be ${wanted}, not ${show(value)}`
}

const allowed = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return NAMES[issue.expected] ?? `a ${issue.expected}`
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      if (issue.origin === 'string') return `text of at least ${characters(issue.minimum)}`
      return issue.inclusive === false ? `more than ${String(issue.minimum)}` : `${String(issue.minimum)} or more`
    case 'too_big':
      return issue.origin === 'string'
        ? `text of at most ${characters(issue.maximum)}`
        : `${String(issue.maximum)} or less`
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return issue.message
  }
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

const characters = (count: number | bigint): string => `${String(count)} character${Number(count) === 1 ? '' : 's'}`

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  )

const show = (value: unknown): string => {
  const text = JSON.stringify(value)
  return text.length > SHOWN_CHARACTERS ? `${cutStart(text, SHOWN_CHARACTERS)}…` : text
}
