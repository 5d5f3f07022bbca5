// Values that are made at their first use.
import { expect, test } from '@jest/globals'
import { once } from '../../src/platform/once.ts'

test('makes a value at the first call only, also one that is undefined', () => {
  const made: string[] = []
  const value = once((): string | undefined => {
    made.push('made')
    return undefined
  })
  expect(made).toEqual([])
  expect([value(), value()]).toEqual([undefined, undefined])
  expect(made).toEqual(['made'])
})

test('makes a value again after a failure', () => {
  let failures = 1
  const value = once(() => {
    if (failures-- > 0) throw new Error('not yet')
    return 7
  })
  expect(value).toThrow('not yet')
  expect(value()).toBe(7)
})
