/** Reads values of JSON whose shape no one guarantees. */

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text that says something; `undefined` for everything else. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined

/** The object of a line; a sentence about what is wrong with it otherwise. */
export const parseObject = (text: string): JsonObject | string => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : 'the line is no JSON object'
  } catch {
    return 'the line is not JSON'
  }
}

/** 2000-01-01 and 2100-01-01: what is outside is no time of a message. */
const FIRST_MS = 946_684_800_000
const LAST_MS = 4_102_444_800_000

const MILLISECOND_FACTORS = [1, 1000, 1e-3, 1e-6]

/**
 * An instant in milliseconds since the Unix epoch: from ISO 8601 with a time zone, or a number of milliseconds, seconds,
 * micro- or nanoseconds (also as text); `undefined` for what is none. A text without a zone is UTC.
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
