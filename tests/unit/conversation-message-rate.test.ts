/** How many messages of a person are answered, and how places are shared among people. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { MessageRate, type MessageRateSettings } from '../../src/conversation/pacing/message-rate.ts'
import { messageCountMigrations, SqliteMessageCounts } from '../../src/conversation/sqlite/sqlite-message-counts.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { FairLimit } from '../../src/platform/fair-limit.ts'
import { timeZone } from '../../src/platform/time-zone.ts'
import { FakeClock } from '../support/fake-clock.ts'

const NONE: MessageRateSettings = {
  messages_per_minute: undefined,
  message_burst: undefined,
  messages_per_day: undefined,
}

const rateOf = (settings: Partial<MessageRateSettings>, clock = new FakeClock()) => {
  const counts = new SqliteMessageCounts(new Database(':memory:', messageCountMigrations))
  const make = () => new MessageRate({ settings: { ...NONE, ...settings }, counts, clock })
  return { rate: make(), make, clock, counts }
}

describe('messages of a minute', () => {
  test('a burst is answered, then one message for each interval', async () => {
    const { rate, clock } = rateOf({ messages_per_minute: 6, message_burst: 3 })
    const answered = () => rate.take('ana', 1) === undefined
    expect([answered(), answered(), answered(), answered()]).toEqual([true, true, true, false])
    expect(rate.take('ana', 1)).toEqual({ limit: 'minute', until: clock.now() + 10 * SECOND_MS })
    await clock.advance(9 * SECOND_MS)
    expect(answered()).toBe(false)
    await clock.advance(SECOND_MS)
    expect([answered(), answered()]).toEqual([true, false])
    // Whoever waits has the whole burst again.
    await clock.advance(MINUTE_MS)
    expect([answered(), answered(), answered(), answered()]).toEqual([true, true, true, false])
  })

  test('without a burst of its own, a minute may come at once', () => {
    const { rate } = rateOf({ messages_per_minute: 5 })
    expect(Array.from({ length: 6 }, () => rate.take('ana', 1) === undefined)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
    ])
  })

  test('one person says nothing about another', () => {
    const { rate } = rateOf({ messages_per_minute: 1 })
    expect(rate.take('ana', 1)).toBeUndefined()
    expect(rate.take('ana', 1)).toBeDefined()
    expect(rate.take('ben', 1)).toBeUndefined()
  })

  test('what is written at once is answered at once, and lengthens the wait by a minute at most', async () => {
    const { rate, clock } = rateOf({ messages_per_minute: 6, message_burst: 3 })
    expect(rate.take('ana', 500)).toBeUndefined()
    const refused = rate.take('ana', 1)
    expect(refused?.limit).toBe('minute')
    expect((refused?.until ?? 0) - clock.now()).toBeLessThanOrEqual(MINUTE_MS)
    await clock.advance(MINUTE_MS)
    expect(rate.take('ana', 1)).toBeUndefined()
  })

  test('a clock that is set back or forward changes nothing', async () => {
    const { rate, clock } = rateOf({ messages_per_minute: 1 })
    expect(rate.take('ana', 1)).toBeUndefined()
    clock.step(HOUR_MS)
    expect(rate.take('ana', 1)).toBeDefined()
    clock.step(-2 * HOUR_MS)
    await clock.advance(MINUTE_MS)
    expect(rate.take('ana', 1)).toBeUndefined()
  })

  test('over any time no more is answered than the rate and one burst', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat(20_000), { maxLength: 100 }),
        async (messages_per_minute, message_burst, gaps_ms) => {
          const { rate, clock } = rateOf({ messages_per_minute, message_burst })
          let answered = 0
          for (const gap_ms of gaps_ms) {
            await clock.advance(gap_ms)
            if (rate.take('ana', 1) === undefined) answered++
            const passed_ms = clock.monotonic()
            expect(answered).toBeLessThanOrEqual(message_burst + (passed_ms * messages_per_minute) / MINUTE_MS + 1e-9)
          }
        },
      ),
    )
  })
})

describe('messages of a day', () => {
  test('are counted from midnight to midnight where the operator is, over restarts', async () => {
    const zone = timeZone('Asia/Jerusalem')
    const clock = new FakeClock(Date.parse('2026-11-29T21:00:00Z'), zone)
    const { rate, make } = rateOf({ messages_per_day: 3 }, clock)
    expect(rate.take('ana', 2)).toBeUndefined()
    expect(make().take('ana', 1)).toBeUndefined()
    expect(make().take('ana', 1)).toEqual({ limit: 'day', until: Date.parse('2026-11-29T22:00:00Z') })
    expect(rate.take('ben', 1)).toBeUndefined()
    await clock.advance(HOUR_MS)
    expect(rate.take('ana', 1)).toBeUndefined()
  })

  test('who forgets everything does not begin a new day', async () => {
    const { rate, counts } = rateOf({ messages_per_day: 2 })
    rate.take('ana', 2)
    await counts.erase('ana')
    expect(rate.take('ana', 1)).toMatchObject({ limit: 'day' })
    expect(rate.take('ben', 1)).toBeUndefined()
  })

  test('what the minute refuses is not a message of the day', () => {
    const { rate, counts, clock } = rateOf({ messages_per_minute: 1, messages_per_day: 10 })
    for (let at = 0; at < 5; at++) rate.take('ana', 1)
    expect(counts.of('ana', clock.zone.dayOf(clock.now()))).toBe(1)
  })

  test('of two who are one count together', async () => {
    const { counts } = rateOf({})
    counts.add('ana', 5, 2)
    counts.add('ben', 5, 3)
    await counts.reassign('ben', 'ana')
    await counts.reassign('ben', 'ana')
    expect(counts.of('ana', 5)).toBe(5)
    counts.add('carl', 7, 1)
    await counts.reassign('carl', 'ana')
    expect([counts.of('ana', 5), counts.of('ana', 7), counts.of('carl', 7)]).toEqual([0, 1, 0])
  })
})

test('without limits nothing is refused and nothing counted', () => {
  const { rate, counts, clock } = rateOf({})
  expect(rate.isLimited).toBe(false)
  for (let at = 0; at < 100; at++) expect(rate.take('ana', 10)).toBeUndefined()
  expect(counts.of('ana', clock.zone.dayOf(clock.now()))).toBe(0)
})

describe('places', () => {
  /** Begins acts of keys in their order; each ends when it is told to. */
  const begin = (limit: FairLimit<string>, keys: readonly string[]) => {
    const running: string[] = []
    const ends = keys.map(key => {
      const end = Promise.withResolvers<undefined>()
      const done = limit.run(key, async () => {
        running.push(key)
        await end.promise
      })
      return { end: () => (end.resolve(undefined), done) }
    })
    return { running, ends }
  }

  test('no key has more than half of them, and what is free goes to each key in turn', async () => {
    const limit = new FairLimit<string>(4)
    const { running, ends } = begin(limit, ['a', 'a', 'a', 'a', 'b', 'c', 'b'])
    await Promise.resolve()
    await Promise.resolve()
    expect(running).toEqual(['a', 'a', 'b', 'c'])
    await ends[0]?.end()
    await Promise.resolve()
    await Promise.resolve()
    // One of a is still at work, and b has waited behind it: both may go on in their turn.
    expect(running.slice(4)).toHaveLength(1)
    for (const each of ends) void each.end()
    await Promise.all(ends.map(each => each.end()))
    expect(running.toSorted()).toEqual(['a', 'a', 'a', 'a', 'b', 'b', 'c'])
  })

  test('a single place is never more than taken, and a failed act frees it', async () => {
    const limit = new FairLimit<string>(1)
    let at_once = 0
    const act = async (fails: boolean): Promise<void> => {
      expect(++at_once).toBe(1)
      await Promise.resolve()
      at_once--
      if (fails) throw new Error('no')
    }
    const results = await Promise.allSettled(
      ['a', 'b', 'a', 'a'].map((key, at) => limit.run(key, () => act(at % 2 === 0))),
    )
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
  })

  test('one who asks for a thousand keeps no other waiting for more than one act', async () => {
    const limit = new FairLimit<string>(8)
    const order: string[] = []
    const act = (key: string): Promise<void> =>
      limit.run(key, async () => {
        order.push(key)
        await Promise.resolve()
      })
    const flood = Array.from({ length: 1000 }, () => act('flood'))
    const others = Array.from({ length: 20 }, (_, at) => act(`other ${String(at)}`))
    await Promise.all([...flood, ...others])
    expect(order.lastIndexOf('other 19')).toBeLessThan(60)
    expect(order).toHaveLength(1020)
  })
})
