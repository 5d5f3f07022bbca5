/**
 * Reads fields of JSON whose shape is not dependable: a missing field, or one of another type, reads as `undefined`.
 */
import { findJson, jsonOf } from '../../platform/json-text.ts'

export type Fields = Readonly<Record<string, unknown>>

/** The fields of an object; none for anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

/** The items of a list; none for anything else. */
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Whether a value contains anything: a text, or an object or list that is not empty. */
export const isFilled = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') ||
  (typeof value === 'object' && value !== null && Object.keys(value).length > 0)

/** A larger token count is an error. */
const MOST = 1_000_000_000

const DIGITS = /^\d{1,10}$/

/** A whole number from 0 to a thousand million, as a number or as its digits. */
export const countOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && DIGITS.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= MOST ? number : undefined
}

/** The JSON objects and lists that follow one another in a text. Ends at anything else. */
export const jsonValues = (text: string): readonly unknown[] => {
  const values: unknown[] = []
  let from = 0
  for (const { end } of findJson(text, 0).places) {
    const value = jsonOf(text.slice(from, end))
    if (value === undefined) break
    values.push(value)
    from = end
  }
  return values
}
