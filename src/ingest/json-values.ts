/** Reads JSON values of unknown shape. */

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text that is not blank; `undefined` for everything else. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined

/** Brackets within brackets that are read; with more, a few megabytes take gigabytes of memory, or all of the stack. */
const MOST_DEPTH = 500

/** A value of JSON, or a clause that says what is wrong with the text. */
export const parseJson = (text: string): { readonly value: unknown } | string => {
  if (mayBeTooDeep(text) && isTooDeep(text)) return `it is nested more than ${String(MOST_DEPTH)} times`
  try {
    const value: unknown = JSON.parse(text)
    return { value }
  } catch {
    return 'it is not JSON'
  }
}

/** The object of a line, or a sentence that describes the error. */
export const parseObject = (text: string): JsonObject | string => {
  const read = parseJson(text)
  if (typeof read === 'string') return read.replace(/^it /, 'the line ')
  return isObject(read.value) ? read.value : 'the line is no JSON object'
}

/** Cheap: whether there are enough opening brackets at all. */
const mayBeTooDeep = (text: string): boolean => {
  let brackets = 0
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++brackets > MOST_DEPTH) return true
    }
  }
  return false
}

/** Counts brackets outside of texts. */
const isTooDeep = (text: string): boolean => {
  let depth = 0
  let is_text = false
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (is_text) {
      if (sign === '\\') at++
      else if (sign === '"') is_text = false
    } else if (sign === '"') is_text = true
    else if (sign === '{' || sign === '[') {
      if (++depth > MOST_DEPTH) return true
    } else if (sign === '}' || sign === ']') depth--
  }
  return false
}

/** 2000-01-01 and 2100-01-01: values outside this range are not times of messages. */
const FIRST_MS = 946_684_800_000
const LAST_MS = 4_102_444_800_000

const MILLISECOND_FACTORS = [1, 1000, 1e-3, 1e-6]

/**
 * An instant in milliseconds since the Unix epoch: from ISO 8601 with a time zone, or a number of milliseconds,
 * seconds, micro- or nanoseconds (also as text); `undefined` for other values. A text without a zone is interpreted as
 * UTC.
 */
export const instantOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return fromNumber(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return fromNumber(Number(text))
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)/.test(text)) return undefined
  const withT = text.replace(' ', 'T')
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(withT) || !withT.includes('T') ? withT : `${withT}Z`)
  return inRange(at)
}

const fromNumber = (value: number): number | undefined => {
  for (const factor of MILLISECOND_FACTORS) {
    const at = inRange(Math.round(value * factor))
    if (at !== undefined) return at
  }
  return undefined
}

const inRange = (at: number): number | undefined => (at >= FIRST_MS && at < LAST_MS ? at : undefined)
