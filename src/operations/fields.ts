/** Describes the input fields of an operation, for interfaces that build themselves from the list. */
import type { z } from 'zod'

interface Definition {
  readonly type: string
  readonly innerType?: { readonly def: Definition; readonly description?: string }
  readonly entries?: Readonly<Record<string, string>>
}

/** A field of an operation's input. */
export interface Field {
  readonly name: string
  /** Type of the value: `string`, `number`, `boolean`, `enum` … */
  readonly type: string
  readonly description: string
  readonly required: boolean
  /** Default, if any. */
  readonly default: string | number | boolean | undefined
  /** Allowed values of an `enum`. */
  readonly values: readonly string[]
}

/** The fields of a schema, in order. */
export const fieldsOf = (schema: z.ZodObject): readonly Field[] =>
  Object.entries(schema.shape).map(([name, field]) => describe(name, field as z.ZodType))

const describe = (name: string, field: z.ZodType): Field => {
  let definition = field.def as unknown as Definition
  let { description } = field
  while (definition.innerType !== undefined) {
    description ??= definition.innerType.description
    definition = definition.innerType.def
  }
  const absent = field.safeParse(undefined)
  return {
    name,
    type: definition.type,
    description: description ?? '',
    required: !absent.success,
    // Inputs are flat, so no default is an object.
    default: absent.data as Field['default'],
    values: Object.values(definition.entries ?? {}),
  }
}

/**
 * Converts the arguments of a command line or a chat into the values that a schema expects. An argument that cannot be
 * converted stays text, so that the schema reports the error. (zod's own coercion would make `"false"` true and `""`
 * zero.)
 */
export const fromText = (
  schema: z.ZodObject,
  texts: Readonly<Record<string, string | boolean | undefined>>,
): Record<string, unknown> => {
  const types = new Map(fieldsOf(schema).map(field => [field.name, field.type]))
  return Object.fromEntries(
    Object.entries(texts)
      .filter(([, text]) => text !== undefined)
      .map(([name, text]) => [name, typeof text === 'string' ? valueOf(types.get(name), text) : text]),
  )
}

const valueOf = (type: string | undefined, text: string): unknown => {
  if (type === 'number') return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text
  if (type === 'boolean') return BOOLEANS.get(text.trim().toLowerCase()) ?? text
  return text
}

const BOOLEANS = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
])
