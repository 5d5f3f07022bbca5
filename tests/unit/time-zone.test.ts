// Days and hours in time zones, with daylight saving, half hours and skipped midnights.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DAY_MS, HOUR_MS } from '../../src/platform/clock.ts'
import { TimeZone, timeZone, UTC } from '../../src/platform/time-zone.ts'

test.each([
  ['Asia/Jerusalem', '2026-11-20T22:30:00Z', '2026-11-21', 0, 30],
  ['America/Los_Angeles', '2026-11-20T03:00:00Z', '2026-11-19', 19, 0],
  ['Asia/Kathmandu', '2026-11-20T18:15:00Z', '2026-11-21', 0, 0],
  ['Pacific/Kiritimati', '2026-11-20T10:00:00Z', '2026-11-21', 0, 0],
  ['UTC', '2026-11-20T23:59:59Z', '2026-11-20', 23, 59],
])('in %s it is at %s', (name, instant, day, hour, minute) => {
  const zone = timeZone(name)
  const at = Date.parse(instant)
  expect(zone.isoDay(at)).toBe(day)
  expect(zone.dayOf(at)).toBe(Date.parse(`${day}T00:00:00Z`) / DAY_MS)
  expect(zone.wallClock(at)).toMatchObject({ hour, minute })
})

const ZONES = [
  'UTC',
  'Asia/Jerusalem',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Pacific/Apia',
]

test('a day begins where the one before ends, in every zone and year', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), fc.integer({ min: 0, max: 25_000 }), (name, day) => {
      const zone = timeZone(name)
      // Apia had no 30 December 2011.
      fc.pre(name !== 'Pacific/Apia' || Math.abs(day - 15_338) > 1)
      const begin = zone.beginOf(day)
      expect(zone.dayOf(begin)).toBe(day)
      expect(zone.dayOf(begin - 1)).toBe(day - 1)
      const length = zone.beginOf(day + 1) - begin
      expect(length).toBeGreaterThanOrEqual(23 * HOUR_MS)
      expect(length).toBeLessThanOrEqual(25 * HOUR_MS)
    }),
  )
})

test.each([
  ['whose midnight comes twice, at the first', 'Asia/Jerusalem', '2004-09-22', '2004-09-21T21:00:00Z'],
  ['whose midnight is skipped, when it is', 'America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z'],
  ['that is skipped, with the next one', 'Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z'],
  ['after one that is skipped, with it', 'Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z'],
])('a day begins, %s', (_, name, day, begin) => {
  expect(timeZone(name).beginOf(Date.parse(day) / DAY_MS)).toBe(Date.parse(begin))
})

test.each([
  ['America/St_Johns', '2006-10-29T02:31:00Z'],
  ['America/St_Johns', '2006-04-02T03:31:00Z'],
  ['America/Goose_Bay', '2009-11-01T03:01:00Z'],
  ['America/Goose_Bay', '2009-03-08T04:01:00Z'],
  ['America/Moncton', '2005-10-30T03:01:00Z'],
  ['America/Moncton', '2005-04-03T04:01:00Z'],
])('in %s, clocks that change a minute past the hour, at %s, are right in any order of asking', (name, change) => {
  const clock = new Intl.DateTimeFormat('sv', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' })
  const at = Date.parse(change)
  const times = [-900_000, -60_001, -60_000, -1, 0, 59_999, 600_000, 840_000].map(offset => at + offset)
  for (const order of [times, times.toReversed()]) {
    const zone = new TimeZone(name)
    for (const time of order) {
      const shown = new Date(zone.wallTime(time)).toISOString().slice(0, 19).replace('T', ' ')
      expect(shown).toBe(clock.format(time))
    }
  }
})

test('an hour that comes twice around midnight belongs to the later day, so that days follow each other', () => {
  const zone = timeZone('America/St_Johns')
  const began = Date.parse('2006-10-29T02:30:00Z')
  const later = Date.parse('2006-10-29') / DAY_MS
  expect(zone.beginOf(later)).toBe(began)
  const minutes = Array.from({ length: 180 }, (_, minute) => began + (minute - 90) * 60_000)
  expect(minutes.map(at => zone.dayOf(at))).toEqual(minutes.map(at => (at < began ? later - 1 : later)))
})

test('the zone of the machine has a name, and an unknown name is refused', () => {
  expect(new TimeZone().name).not.toBe('')
  expect(() => new TimeZone('Mars/Olympus')).toThrow(RangeError)
  expect(UTC.isoDay(0)).toBe('1970-01-01')
})
