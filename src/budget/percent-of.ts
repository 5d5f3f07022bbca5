/** Percent as every figure of a budget shows them. */

/** Percent of a whole with one decimal; of nothing, 0. */
export const percentOf = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10
