import { beforeEach, expect, test } from '@jest/globals'
import { TurnScheduler } from '../../src/conversation/turn-scheduler.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { FakeClock } from '../support/fake-clock.ts'

const ANA: Scope = 'person:ana'
const BEN: Scope = 'person:ben'

let clock: FakeClock
let batches: string[][]
let gates: Map<string, PromiseWithResolvers<void>>
let underWay: number
let mostUnderWay: number

/** An item named `slow…` is worked on until its gate is opened. */
const gate = (item: string): PromiseWithResolvers<void> => {
  const made = gates.get(item) ?? Promise.withResolvers<void>()
  gates.set(item, made)
  return made
}

const work = async (_scope: Scope, batch: readonly string[]): Promise<void> => {
  underWay++
  mostUnderWay = Math.max(mostUnderWay, underWay)
  batches.push([...batch])
  for (const item of batch) if (item.startsWith('slow')) await gate(item).promise
  underWay--
}

const make = (debounce_ms = 1000, most_at_once = 8): TurnScheduler<string> => {
  const scheduler = new TurnScheduler<string>({ clock, debounce_ms, most_at_once, ownerOf: item => item })
  scheduler.start(work)
  return scheduler
}

beforeEach(() => {
  clock = new FakeClock()
  batches = []
  gates = new Map()
  underWay = 0
  mostUnderWay = 0
})

test('messages inside the debounce window are one batch', async () => {
  const queues = make()
  queues.push(ANA, ['one'], true)
  await clock.advance(900)
  queues.push(ANA, ['two'], true)
  await clock.advance(900)
  expect(batches).toEqual([])
  await clock.advance(100)
  expect(batches).toEqual([['one', 'two']])
})

test('a pause longer than the debounce window makes two batches', async () => {
  const queues = make()
  queues.push(ANA, ['one'], true)
  await clock.advance(1000)
  queues.push(ANA, ['two'], true)
  await clock.advance(1000)
  expect(batches).toEqual([['one'], ['two']])
})

test('a burst without pauses is worked on after 15 seconds', async () => {
  const queues = make()
  for (let second = 0; second < 15.5; second += 0.5) {
    queues.push(ANA, [String(second)], true)
    await clock.advance(500)
  }
  expect(batches).toHaveLength(1)
  expect(batches[0]).toContain('14.5')
})

test('an item that nothing can follow starts at once, with what was waiting', async () => {
  const queues = make()
  queues.push(ANA, ['one'], true)
  queues.push(ANA, ['two'], false)
  await queues.drain()
  expect(batches).toEqual([['one', 'two']])
})

test('one scope is worked on one batch after the other, another scope meanwhile', async () => {
  const queues = make(0)
  queues.push(ANA, ['slow'], true)
  await clock.advance(0)
  queues.push(ANA, ['next'], true)
  queues.push(BEN, ['other'], true)
  await clock.advance(0)
  expect(batches).toEqual([['slow'], ['other']])
  gate('slow').resolve()
  await queues.drain()
  expect(batches).toEqual([['slow'], ['other'], ['next']])
})

test('no more batches than the cap are under way over all scopes', async () => {
  const queues = make(0, 2)
  for (let n = 0; n < 6; n++) queues.push(`person:${String(n)}`, [`slow${String(n)}`], true)
  await clock.advance(0)
  expect(batches).toHaveLength(2)
  for (let n = 0; n < 6; n++) gate(`slow${String(n)}`).resolve()
  await queues.drain()
  expect(batches).toHaveLength(6)
  expect(mostUnderWay).toBe(2)
})

test('an exclusive act waits for the batch before it and holds back the one after it', async () => {
  const queues = make(0)
  const order: string[] = []
  queues.push(ANA, ['slow'], true)
  await clock.advance(0)
  const act = queues.exclusive(ANA, async () => {
    order.push(`act after ${String(batches.length)}`)
  })
  queues.push(ANA, ['later'], true)
  gate('slow').resolve()
  await act
  await queues.drain()
  expect(order).toEqual(['act after 1'])
  expect(batches).toEqual([['slow'], ['later']])
})

test('an exclusive act that fails tells its caller and does not stop the queue', async () => {
  const queues = make(0)
  await expect(queues.exclusive(ANA, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  queues.push(ANA, ['later'], true)
  await queues.drain()
  expect(batches).toEqual([['later']])
})

test('settled waits for a burst that is still being gathered and for the work on it', async () => {
  const queues = make()
  queues.push(ANA, ['slow'], true)
  let settled = false
  const waiting = queues.whenIdle(item => item === 'slow').then(() => (settled = true))
  await clock.advance(1000)
  expect(batches).toEqual([['slow']])
  expect(settled).toBe(false)
  gate('slow').resolve()
  await waiting
  expect(settled).toBe(true)
})

test('draining starts what waits for the end of its burst', async () => {
  const queues = make(10_000)
  queues.push(ANA, ['one'], true)
  await queues.drain()
  expect(batches).toEqual([['one']])
})

test('batches that were queued before the start are worked on after it; exclusive acts do not wait for it', async () => {
  const queues = new TurnScheduler<string>({ clock, debounce_ms: 0, most_at_once: 8, ownerOf: item => item })
  expect(await queues.exclusive(BEN, async () => 'done')).toBe('done')
  queues.push(ANA, ['early'], true)
  await clock.advance(0)
  expect(batches).toEqual([])
  queues.start(work)
  await queues.drain()
  expect(batches).toEqual([['early']])
})

const PEOPLE = 100
const WRITES = 10

/**
 * Every person writes again when they are answered. @returns how many turns began between a message and its answer, for
 * 95 of 100 messages
 */
const turnsWaited = async (flooded: readonly Scope[]): Promise<number> => {
  let turns = 0
  const waits: number[] = []
  const left = new Map(Array.from({ length: PEOPLE }, (_, n) => [`p${String(n)}`, WRITES]))
  const asked = new Map<string, number>()
  const scheduler = new TurnScheduler<string>({ clock, debounce_ms: 0, most_at_once: 4, ownerOf: item => item })
  const write = (person: string): void => {
    asked.set(person, turns)
    scheduler.push(`person:${person}`, [person], false)
  }
  const done = Promise.withResolvers<undefined>()
  scheduler.start(async (scope, [owner = '']) => {
    turns++
    // A turn takes a while: those who are answered meanwhile write again.
    for (let wait = 0; wait < 20; wait++) await Promise.resolve()
    if (owner === 'flooder') {
      if (left.size > 0) scheduler.push(scope, ['flooder'], false)
      return
    }
    waits.push(turns - (asked.get(owner) ?? 0))
    const more = (left.get(owner) ?? 1) - 1
    if (more > 0) left.set(owner, more)
    else left.delete(owner)
    if (left.size === 0) done.resolve(undefined)
    else if (more > 0) queueMicrotask(() => write(owner))
  })
  for (const scope of flooded) scheduler.push(scope, ['flooder'], false)
  for (const person of left.keys()) write(person)
  await done.promise
  return waits.sort((a, b) => a - b)[Math.floor(0.95 * waits.length)] ?? Infinity
}

test('among 100 people, one who floods twelve groups delays the answers of the others by less than a tenth', async () => {
  const calm = await turnsWaited([])
  const groups = Array.from({ length: 12 }, (_, n): Scope => `chat:${String(n)}@g.us`)
  const flooded = await turnsWaited(groups)
  expect(calm).toBeGreaterThan(90)
  expect(flooded).toBeLessThanOrEqual(1.1 * calm)
})
