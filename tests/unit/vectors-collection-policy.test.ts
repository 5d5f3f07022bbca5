// Which scopes share a collection of the index, and which have to leave it.
import { expect, test } from '@jest/globals'
import { deservesOwnCollection, fitsIntoShared, scopesToMove } from '../../src/vectors/collection-policy.ts'
import type { Scope } from '../../src/messages/scope.ts'

const MOST = 100

const sizes = (...vectors: readonly number[]) =>
  vectors.map((count, n) => ({ scope: `person:${String(n)}` as Scope, vectors: count }))

test('a scope of more than four tenths of a collection gets one alone', () => {
  expect(deservesOwnCollection(40, MOST)).toBe(false)
  expect(deservesOwnCollection(41, MOST)).toBe(true)
})

test('a shared collection takes scopes up to its size', () => {
  expect(fitsIntoShared(70, 30, MOST)).toBe(true)
  expect(fitsIntoShared(70, 31, MOST)).toBe(false)
})

test('a scope that has become too large leaves alone, before anything else moves', () => {
  expect(scopesToMove(sizes(41, 40, 40, 40), MOST)).toEqual({ scopes: ['person:0'], alone: true })
})

test('a collection may outgrow its size by half; then the largest leave together until the rest fits', () => {
  expect(scopesToMove(sizes(40, 40, 40, 30), MOST)).toBeUndefined()
  expect(scopesToMove(sizes(40, 40, 40, 31), MOST)).toEqual({ scopes: ['person:0', 'person:1'], alone: false })
  expect(scopesToMove(sizes(40, 40, 40, 31, 2), MOST)?.scopes).toEqual(['person:0', 'person:1'])
})

test('from an empty collection nothing moves', () => {
  expect(scopesToMove([], MOST)).toBeUndefined()
})
