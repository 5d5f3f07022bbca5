/** Percentages in the form in which all budget figures show them. */

/** Percent of a whole with one decimal; 0 if the whole is 0. */
export const percentOf = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10
