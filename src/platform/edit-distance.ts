/**
 * The number of edits (insert, delete, replace, swap neighbours) between two words: optimal string alignment distance.
 */
export const editDistance = (a: string, b: string): number => {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let least = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, (before[column - 2] ?? 0) + 1)
      }
      current.push(least)
    }
    before = above
    above = current
  }
  return above[b.length] ?? 0
}

/** Longer words are compared by `editDistance`. */
const MOST_LETTERS = 64
const ROW = MOST_LETTERS + 1
const rows = new Uint8Array(3 * ROW)

/**
 * The distance of two words as far as it is at most `most`; otherwise any number above it. For the comparison of one word
 * with many: it takes no memory, and gives up early.
 */
export const editDistanceWithin = (a: string, b: string, most: number): number => {
  if (Math.abs(a.length - b.length) > most) return most + 1
  if (Math.max(a.length, b.length) > MOST_LETTERS) return editDistance(a, b)
  for (let column = 0; column <= b.length; column++) rows[column] = column
  let above = 0
  let before = 2 * ROW
  let current = ROW
  let least_above = 0
  for (let row = 1; row <= a.length; row++) {
    const letter = a.charCodeAt(row - 1)
    let left = row
    let least = row
    rows[current] = row
    for (let column = 1; column <= b.length; column++) {
      const other = b.charCodeAt(column - 1)
      let distance = (rows[above + column - 1] ?? 0) + (letter === other ? 0 : 1)
      distance = Math.min(distance, (rows[above + column] ?? 0) + 1, left + 1)
      if (row > 1 && column > 1 && letter === b.charCodeAt(column - 2) && a.charCodeAt(row - 2) === other)
        distance = Math.min(distance, (rows[before + column - 2] ?? 0) + 1)
      rows[current + column] = distance
      left = distance
      if (distance < least) least = distance
    }
    // Two rows: a swap reaches back over one.
    if (least > most && least_above > most) return most + 1
    least_above = least
    const next = before
    before = above
    above = current
    current = next
  }
  return rows[above + b.length] ?? 0
}
