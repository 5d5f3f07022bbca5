/** Reads fields of JSON that has no dependable shape: what is missing or of another type reads as `undefined`. */

export type Fields = Readonly<Record<string, unknown>>

/** The fields of an object; none for anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

/** The items of a list; none for anything else. */
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Whether a value holds anything: a text, or an object or list that is not empty. */
export const isFilled = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') ||
  (typeof value === 'object' && value !== null && Object.keys(value).length > 0)

/** A larger count of tokens is a fault. */
const MOST = 1_000_000_000

/** A whole number from 0 to a thousand million. */
export const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST ? value : undefined

/** The value of a JSON text, `undefined` when it is none. A byte order mark before it is left out. */
export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/** The JSON objects and lists that a text holds one behind the other. Ends where anything else follows. */
export const jsonValues = (text: string): readonly unknown[] => {
  const values: unknown[] = []
  for (let from = 0; ;) {
    const to = endOfValue(text, from)
    const value = to === undefined ? undefined : jsonOf(text.slice(from, to))
    if (to === undefined || value === undefined) return values
    values.push(value)
    from = to
  }
}

/** Where the object or list ends that begins at `from`, behind white space. */
const endOfValue = (text: string, from: number): number | undefined => {
  let depth = 0
  let quoted = false
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (quoted) {
      if (character === '\\') at++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      depth--
      if (depth <= 0) return at + 1
    }
  }
  return undefined
}
