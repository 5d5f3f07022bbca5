import { expect, test } from '@jest/globals'
import { moveOf, priorityOf } from '../../src/learning/agent/priority.ts'
import { DAY_MS, HOUR_MS } from '../../src/platform/clock.ts'

const NOW = 1_800_000_000_000
const once = { said_from: NOW - 90 * DAY_MS, said_to: NOW - 90 * DAY_MS } as const
const fact = { ...once, category: 'facts', importance: 0.5, tier: 'long_term' } as const
const used = (count: number, hours_ago = 0) => ({ count, last_at: NOW - hours_ago * HOUR_MS })

test('priority is use, freshness, importance and category by their shares', () => {
  expect(priorityOf({ ...once, category: 'preferences', importance: 1 }, used(10), NOW)).toBeCloseTo(1)
  expect(priorityOf({ ...once, category: 'context', importance: 0 }, undefined, NOW)).toBeCloseTo(0.06)
  expect(priorityOf(fact, used(5, 24), NOW)).toBeCloseTo(0.4 * 0.5 + 0.3 / Math.E + 0.2 * 0.5 + 0.1 * 0.7)
  expect(priorityOf(fact, used(100), NOW)).toBe(priorityOf(fact, used(10), NOW))
})

test('a fact of middling importance that is used right now rises with its seventh use', () => {
  expect(moveOf(fact, used(6), NOW)).toBeUndefined()
  expect(moveOf(fact, used(7), NOW)).toEqual({ to: 'short_term', reason: 'used 7 times, used lately' })
})

test('what is wanted most rises straight into the working tier, and says why', () => {
  const preference = { ...once, category: 'preferences', importance: 0.9, tier: 'long_term' } as const
  expect(moveOf(preference, used(10), NOW)).toEqual({
    to: 'working',
    reason: 'used 10 times, used lately, important, preferences',
  })
})

test('what is there already does not rise again', () => {
  expect(moveOf({ ...fact, tier: 'short_term' }, used(7), NOW)).toBeUndefined()
  expect(moveOf({ ...fact, tier: 'working' }, used(10), NOW)).toBeUndefined()
})

test('what is never used, or not for seven days, falls back; in between it stays', () => {
  const near = { ...fact, tier: 'short_term' } as const
  expect(moveOf(near, undefined, NOW)).toEqual({ to: 'long_term', reason: 'never used' })
  expect(moveOf(near, used(3, 7 * 24), NOW)).toBeUndefined()
  expect(moveOf(near, { count: 3, last_at: NOW - 7 * DAY_MS - 1 }, NOW)).toEqual({
    to: 'long_term',
    reason: 'not used for seven days',
  })
  expect(moveOf({ ...fact, tier: 'working' }, used(3, 24), NOW)).toEqual({ to: 'short_term', reason: 'used less' })
  expect(moveOf(fact, undefined, NOW)).toBeUndefined()
})

test('what is said once more is as fresh as what is used, and stays near at hand', () => {
  const again = { ...fact, said_to: NOW - HOUR_MS }
  expect(priorityOf(again, undefined, NOW) - priorityOf(fact, undefined, NOW)).toBeCloseTo(0.3 * Math.exp(-1 / 24))
  expect(priorityOf(again, used(7, 48), NOW)).toBe(priorityOf({ ...fact, said_to: fact.said_from }, used(7, 1), NOW))
  expect(moveOf(again, used(8, 48), NOW)).toEqual({ to: 'short_term', reason: 'used 8 times, said again lately' })
  expect(moveOf({ ...again, tier: 'short_term' }, undefined, NOW)).toBeUndefined()
  expect(moveOf({ ...again, tier: 'short_term', said_to: NOW - 8 * DAY_MS }, undefined, NOW)).toMatchObject({
    to: 'long_term',
  })
})
