/** Arithmetic on embedding vectors. */

/** Length 1, so that a dot product is a cosine; `undefined` for a vector without a direction (zero, or not finite). */
export const toUnitLength = (values: ArrayLike<number>): Float32Array | undefined => {
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i] ?? 0) ** 2
  const length = Math.sqrt(squares)
  if (!Number.isFinite(length) || length === 0) return undefined
  return Float32Array.from(values, value => value / length)
}
