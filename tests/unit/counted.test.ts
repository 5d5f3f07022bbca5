// Numbers of things in English sentences.
import { expect, test } from '@jest/globals'
import { counted, countedWith } from '../../src/platform/counted.ts'

test.each([
  [0, '0 memories are'],
  [1, '1 memory is'],
  [2, '2 memories are'],
  [1001, '1001 memories are'],
])('%i: %s', (number, words) => {
  expect(countedWith(number, 'memory', ['is', 'are'], 'memories')).toBe(words)
})

test('the plural ends in s unless another is given, also of large numbers', () => {
  expect([counted(1n, 'token'), counted(2n ** 60n, 'token')]).toEqual(['1 token', '1152921504606846976 tokens'])
})
