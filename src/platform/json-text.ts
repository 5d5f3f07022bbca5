/** Reads JSON that is embedded in other text, or that breaks off. */

/** The value of a JSON text, `undefined` if it is not JSON. A byte order mark before it is ignored. */
export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/** Start and end of an object or list in a text: the end is after its last bracket. */
interface Place {
  readonly begin: number
  readonly end: number
}

/** The complete objects and lists of a text, the outermost ones. */
export interface JsonPlaces {
  readonly places: readonly Place[]
  /** Whether a bracket closes the structure that began before the first of them; the search ends there. */
  readonly closed: boolean
}

/** Finds objects and lists by their brackets, starting at a position in a text that is not inside a string. */
export const findJson = (text: string, from: number): JsonPlaces => {
  const places: Place[] = []
  let depth = 0
  let begin = from
  let quoted = false
  for (let at = from; at < text.length; at++) {
    const sign = text[at]
    if (quoted) {
      if (sign === '\\') at++
      else if (sign === '"') quoted = false
    } else if (sign === '"') {
      quoted = true
    } else if (sign === '{' || sign === '[') {
      if (depth === 0) begin = at
      depth++
    } else if (sign === '}' || sign === ']') {
      depth--
      if (depth < 0) return { places, closed: true }
      if (depth === 0) places.push({ begin, end: at + 1 })
    }
  }
  return { places, closed: false }
}
