/** A small population that still fills several collections, and has one of its own for the largest. */
export const QUICK_SCALE = {
  ...{ people: 60, messages: 3000, largest: 1000, dimensions: 256 },
  ...{ probes: 300, questions: 40, collection_vectors: 1000 },
} as const
