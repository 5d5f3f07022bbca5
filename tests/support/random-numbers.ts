/** Numbers that look random and are the same for the same seed (mulberry32). */

/** Whole numbers of 32 bits. */
export const randomBits = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

/** Numbers from 0 to below 1. */
export const randomNumbers = (seed: number): (() => number) => {
  const bits = randomBits(seed)
  return () => bits() / 2 ** 32
}
