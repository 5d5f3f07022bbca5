/** The rules by which scopes share the collections of the index, and leave them when they have grown too large. */
import type { Scope } from '../messages/scope.ts'

/**
 * Vectors that share a collection before the next one is opened. A query that names its scope costs about 0.9 ms for
 * every 1,000 vectors of the whole collection (twice that where all of them match), and each collection keeps room for
 * 10,000 vectors on disk; a collection that one scope has alone is asked without naming it, in 3 to 5 ms.
 */
export const COLLECTION_VECTORS = 10_000

/** A shared collection may outgrow its size by this factor, with the scopes that it has, before some of them move. */
const SPLIT_FACTOR = 1.5

/** A scope of more than this share of a collection's size gets one alone. */
const ALONE_SHARE = 0.4

export interface ScopeSize {
  readonly scope: Scope
  readonly vectors: number
}

/** @param most size of a collection, in vectors */
export const deservesOwnCollection = (vectors: number, most: number): boolean => vectors > most * ALONE_SHARE

/** Whether a scope still fits into a shared collection whose scopes have `promised` vectors. */
export const fitsIntoShared = (promised: number, vectors: number, most: number): boolean => promised + vectors <= most

/**
 * Which scopes should leave a shared collection; `undefined` when it may stay as it is. A scope that is too large for
 * sharing leaves alone; otherwise the largest leave together until the rest fits.
 * @param sizes scopes of the collection, the largest first
 */
export const scopesToMove = (
  sizes: readonly ScopeSize[],
  most: number,
): { readonly scopes: readonly Scope[]; readonly alone: boolean } | undefined => {
  const [largest] = sizes
  if (largest === undefined) return undefined
  if (deservesOwnCollection(largest.vectors, most)) return { scopes: [largest.scope], alone: true }
  let left = sizes.reduce((sum, each) => sum + each.vectors, 0)
  if (left <= most * SPLIT_FACTOR) return undefined
  const scopes: Scope[] = []
  for (const { scope, vectors } of sizes) {
    if (left <= most) break
    scopes.push(scope)
    left -= vectors
  }
  return { scopes, alone: false }
}
