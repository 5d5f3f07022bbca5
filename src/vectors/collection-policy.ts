/** The rules by which scopes share the collections of the index, and leave them once they have grown too large. */
import type { Scope } from '../messages/scope.ts'

/**
 * Vectors that share a collection before the next one is opened. A query that names its scope costs about 0.9 ms per
 * 1,000 vectors of the whole collection (twice that if all of them match), and each collection reserves room for 10,000
 * vectors on disk. A collection of a single scope is queried without naming it, in 3 to 5 ms.
 */
export const COLLECTION_VECTORS = 10_000

/** A shared collection may exceed its size by this factor, through growth of its scopes, before some of them move. */
const SPLIT_FACTOR = 1.5

/** A scope with more than this share of a collection's size gets its own. */
const ALONE_SHARE = 0.4

export interface ScopeSize {
  readonly scope: Scope
  readonly vectors: number
}

/** @param most size of a collection, in vectors */
export const deservesOwnCollection = (vectors: number, most: number): boolean => vectors > most * ALONE_SHARE

/** Whether a scope still fits into a shared collection to which `promised` vectors are assigned. */
export const fitsIntoShared = (promised: number, vectors: number, most: number): boolean => promised + vectors <= most

/**
 * Which scopes should leave a shared collection; `undefined` if none need to. A scope that is too large for sharing
 * leaves by itself; otherwise the largest leave together until the rest fits.
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
