import { timeZone } from '../../src/platform/time-zone.ts'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { createPacer, type Pacer, type PacerSettings } from '../../src/conversation/pacing/pacer.ts'
import { createQuietHours, type QuietHours } from '../../src/conversation/pacing/quiet-hours.ts'
import { QuietHoursQueue } from '../../src/conversation/pacing/quiet-hours-queue.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { SkippingClock } from '../support/skipping-clock.ts'

describe('the pause before a message', () => {
  const NONE: PacerSettings = {
    characters_per_second: 0,
    longest_pause_seconds: 5,
    chat_gap_ms: 0,
    global_gap_ms: 0,
    jitter: 0,
  }
  let clock: SkippingClock
  let began: number
  let stop: AbortController

  beforeEach(() => {
    clock = new SkippingClock()
    began = clock.monotonic()
    stop = new AbortController()
  })

  const pacerWith = (settings: Partial<PacerSettings>, fraction = 0): Pacer =>
    createPacer({
      settings: { ...NONE, ...settings },
      clock,
      logger: silentLogger,
      stopping: stop.signal,
      ids: { uuid: () => '', fraction: () => fraction },
    })

  /** Milliseconds after the beginning at which each text, asked for at once and in this order, may go out. */
  const times = async (pacer: Pacer, ...texts: readonly (readonly [chat: string, characters: number])[]) => {
    const result: number[] = []
    for (const [chat_id, characters] of texts) {
      await pacer.waitForPace({ chat_id, characters, since: began })
      result.push(clock.monotonic() - began)
    }
    return result
  }

  test('grows with the length of the message, up to the longest', async () => {
    const at = async (characters: number): Promise<number | undefined> => {
      began = clock.monotonic()
      return (await times(pacerWith({ characters_per_second: 50 }), ['a', characters]))[0]
    }
    expect([await at(0), await at(50), await at(100), await at(250), await at(4000)]).toEqual([
      0, 1000, 2000, 5000, 5000,
    ])
  })

  test('counts from the beginning of the work: a slow model is typing enough', async () => {
    const pacer = pacerWith({ characters_per_second: 50 })
    await clock.advance(1500)
    expect(await times(pacer, ['a', 100])).toEqual([2000])
    began = clock.monotonic()
    await clock.advance(9000)
    expect(await times(pacer, ['a', 100])).toEqual([9000])
  })

  test('is none for what was written long ago', async () => {
    await pacerWith({ characters_per_second: 1 }).waitForPace({ chat_id: 'a', characters: 100, since: undefined })
    expect(clock.sleeps).toEqual([])
  })

  test('keeps messages of one chat apart', async () => {
    expect(await times(pacerWith({ chat_gap_ms: 1000 }), ['a', 1], ['b', 1], ['a', 1], ['a', 1])).toEqual([
      0, 0, 1000, 2000,
    ])
  })

  test('keeps messages of all chats apart, also when they come at once', async () => {
    expect(await times(pacerWith({ global_gap_ms: 200 }), ['a', 1], ['b', 1], ['c', 1])).toEqual([0, 200, 400])
    const standing = new FakeClock()
    const pacer = createPacer({
      settings: { ...NONE, global_gap_ms: 200 },
      clock: standing,
      logger: silentLogger,
      stopping: stop.signal,
      ids: { uuid: () => '', fraction: () => 0 },
    })
    const out: string[] = []
    for (const chat_id of ['a', 'b', 'c']) {
      void pacer.waitForPace({ chat_id, characters: 1, since: undefined }).then(() => out.push(chat_id))
    }
    const seen: string[] = []
    for (const step of [0, 199, 1, 199, 1]) {
      await standing.advance(step)
      seen.push(out.join(''))
    }
    expect(seen).toEqual(['a', 'a', 'ab', 'ab', 'abc'])
  })

  test('is lengthened at random by at most the share that is set', async () => {
    const settings = { characters_per_second: 50, chat_gap_ms: 1000, jitter: 0.3 }
    expect(await times(pacerWith(settings, 0.5), ['a', 100], ['a', 100])).toEqual([2300, 2300 + 1150])
    began = clock.monotonic()
    expect(await times(pacerWith(settings, 0.999_999), ['a', 100])).toEqual([2600])
  })

  test('ends when DeniDin stops: what is written goes out', async () => {
    const standing = new FakeClock()
    const pacer = createPacer({
      settings: { ...NONE, characters_per_second: 1, chat_gap_ms: HOUR_MS, global_gap_ms: HOUR_MS },
      clock: standing,
      logger: silentLogger,
      stopping: stop.signal,
      ids: { uuid: () => '', fraction: () => 0 },
    })
    const turns = [1, 2].map(() => pacer.waitForPace({ chat_id: 'a', characters: 5, since: standing.now() }))
    stop.abort(new Error('stopping'))
    await Promise.all(turns)
    await pacer.waitForPace({ chat_id: 'a', characters: 5, since: standing.now() })
    expect(standing.now()).toBe(new FakeClock().now())
  })
})

describe('quiet hours', () => {
  const GODFATHER = { role: 'godfather' } as const
  const CLIENT = { role: 'client' } as const
  const at = (time: string): FakeClock => new FakeClock(Date.parse(`2026-11-20T${time}:00Z`))

  const quietHours = (quiet_hours: string | undefined, clock: FakeClock): QuietHours =>
    createQuietHours({
      settings: { quiet_hours },
      clock,
      onPhone: chat_id => !chat_id.startsWith('console:'),
      people: {
        find: async person_id => ({
          person_id,
          name: undefined,
          identities: [],
          created_at: 0,
          allowed: false,
          ...(person_id === 'godfather' ? GODFATHER : CLIENT),
        }),
      },
    })

  test.each([
    ['22:59', 0],
    ['23:00', 8 * HOUR_MS],
    ['02:30', 4.5 * HOUR_MS],
    ['06:59', MINUTE_MS],
    ['07:00', 0],
    ['12:00', 0],
  ])('over midnight: at %s %s milliseconds are left', (time, left) => {
    expect(quietHours('23:00-07:00', at(time)).left()).toBe(left)
  })

  test.each([
    ['12:59', 0],
    ['13:00', 2 * HOUR_MS],
    ['15:00', 0],
  ])('within a day: at %s %s milliseconds are left', (time, left) => {
    expect(quietHours('13:00-15:00', at(time)).left()).toBe(left)
  })

  test('they are counted to the second, in their time zone', () => {
    const now = Date.parse('2026-11-20T21:30:15Z')
    expect(quietHours('23:00-07:00', new FakeClock(now)).left()).toBe(0)
    // 23:30:15 in winter there.
    expect(quietHours('23:00-07:00', new FakeClock(now, timeZone('Asia/Jerusalem'))).left()).toBe(
      7.5 * HOUR_MS - 15 * SECOND_MS,
    )
  })

  const direct = { chat_id: '1@c.us', chat_kind: 'direct', person_id: 'ana' } as const

  test('they delay everybody but the godfather in a direct chat, and not the terminal', async () => {
    const quiet = quietHours('23:00-07:00', at('03:00'))
    expect(await quiet.delay(direct)).toBe(true)
    expect(await quiet.delay({ ...direct, person_id: 'godfather' })).toBe(false)
    expect(await quiet.delay({ ...direct, person_id: 'godfather', chat_kind: 'group' })).toBe(true)
    expect(await quiet.delay({ ...direct, chat_id: 'console:1' })).toBe(false)
  })

  test('outside of them, and where there are none, nobody waits', async () => {
    expect(await quietHours('23:00-07:00', at('12:00')).delay(direct)).toBe(false)
    expect(await quietHours(undefined, at('03:00')).delay(direct)).toBe(false)
    expect(quietHours(undefined, at('03:00')).left()).toBe(0)
  })

  test('what waits is released in its order when they end, once', async () => {
    const clock = at('03:00')
    const released: string[][] = []
    const room = new QuietHoursQueue<string>({
      quiet: quietHours('23:00-07:00', clock),
      clock,
      release: items => released.push([...items]),
    })
    room.add('one')
    await clock.advance(HOUR_MS)
    room.add('two')
    await clock.advance(3 * HOUR_MS - SECOND_MS)
    expect(released).toEqual([])
    await clock.advance(SECOND_MS)
    expect(released).toEqual([['one', 'two']])
    await clock.advance(48 * HOUR_MS)
    expect(released).toHaveLength(1)
  })

  test('their end is told to who watches, though nothing waits; after the end of the room nothing is', async () => {
    const clock = at('06:00')
    const quiet = quietHours('23:00-07:00', clock)
    const released: string[][] = []
    const rooms = [1, 2].map(
      () => new QuietHoursQueue<string>({ quiet, clock, release: items => released.push([...items]) }),
    )
    for (const room of rooms) room.watch()
    rooms[1]?.[Symbol.dispose]()
    await clock.advance(2 * HOUR_MS)
    expect(released).toEqual([[]])
    rooms[1]?.add('late')
    expect(released).toHaveLength(1)
  })
})
