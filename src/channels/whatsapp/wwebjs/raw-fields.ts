/** Reads values of WhatsApp's page, which may be anything: each is checked before it is used. */

/** The fields of a value of unknown shape. */
export type Fields = Readonly<Record<string, unknown>>

/** The fields of an object; anything else has none. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

/** A text that is not empty. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
