/** Reads JSON that stands in a text among other things, or that ends too early. */

/** The value of a JSON text, `undefined` when it is none. A byte order mark before it is left out. */
export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/** Where an object or a list of a text begins, and where it ends: behind its last bracket. */
interface Place {
  readonly begin: number
  readonly end: number
}

/** The whole objects and lists of a text, the outermost ones. */
export interface JsonPlaces {
  readonly places: readonly Place[]
  /** Whether a bracket ends what began before the first of them; nothing is looked for behind it. */
  readonly closed: boolean
}

/** Looks for objects and lists by their brackets, from a place in a text on that is in no string. */
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
