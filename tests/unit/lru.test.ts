import { expect, test } from '@jest/globals'
import { lru } from '../../src/platform/lru.ts'

test('a cache keeps the entries that were used last, and no more than it may', () => {
  const cache = lru<string, number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.get('a')
  cache.set('c', 3)

  expect([...cache.keys()].sort()).toEqual(['a', 'c'])
})
