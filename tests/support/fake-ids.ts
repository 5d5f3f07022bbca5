import type { Ids } from '../../src/platform/ids.ts'

/** Identifiers that count up, and randomness that is always in the middle. */
export const fakeIds = (prefix = 'id'): Ids => {
  let n = 0
  return { uuid: () => `${prefix}-${String(++n)}`, fraction: () => 0.5 }
}
