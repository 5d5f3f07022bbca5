// A computation that is the same every time. If its times differ, the machine runs unevenly: other programs, or other
// guests of the same host, take turns with it.

const ENTRIES = 20_000
/** Takes about as long as a turn's own work. */
const LOOKUPS = 100_000
/** Has no factor in common with `ENTRIES`, so that every entry is visited. */
const STRIDE = 7919

const keys = Array.from({ length: ENTRIES }, (_, n) => `key ${String(n)}`)
const entries = new Map(keys.map(key => [key, { text: `value of ${key}` }]))

/** Looks texts up in a table that does not fit into the processor's nearest cache. @returns milliseconds it took */
export const timeFixedComputation = (): number => {
  const began = performance.now()
  let length = 0
  for (let n = 0; n < LOOKUPS; n++) length += entries.get(keys[(n * STRIDE) % ENTRIES] ?? '')?.text.length ?? 0
  if (length === 0) throw new Error('no entry was found')
  return performance.now() - began
}
