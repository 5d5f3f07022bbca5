/** A small population that still fills several collections, and has one of its own for the largest. */
export const QUICK_SCALE = {
  people: 60,
  messages: 2000,
  largest: 600,
  dimensions: 128,
  probes: 300,
  questions: 40,
  collection_vectors: 600,
} as const
