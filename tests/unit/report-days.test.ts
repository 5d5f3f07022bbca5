// Days of reports where days are odd: half-hour offsets, clocks that change, midnights and days that do not exist.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { timeZone, type TimeZone } from '../../src/platform/time-zone.ts'
import type { ArchiveQuery } from '../../src/reports/archive-reports.ts'
import { isoDayOf } from '../../src/reports/report-range.ts'
import { archived, reportCall, SmallArchive } from '../support/reports/small-archive.ts'

/** Zones, each with instants at which something odd happens to its clocks. */
const ODD: Readonly<Record<string, readonly string[]>> = {
  'Asia/Kolkata': ['2026-01-01T18:30:00Z'],
  'Asia/Kathmandu': ['1985-12-31T18:30:00Z', '2026-06-30T18:15:00Z'],
  'America/St_Johns': ['2026-03-08T05:30:00Z', '2026-11-01T04:30:00Z'],
  'Australia/Lord_Howe': ['2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z'],
  'Asia/Jerusalem': ['2026-03-27T00:00:00Z', '2026-10-24T23:00:00Z'],
  // Midnight does not exist: the day begins at one.
  'Africa/Cairo': ['2026-04-23T22:00:00Z', '2026-10-29T21:00:00Z'],
  'America/Santiago': ['2026-04-05T03:00:00Z', '2026-09-06T04:00:00Z'],
  'Asia/Beirut': ['2026-03-28T22:00:00Z', '2026-10-24T21:00:00Z'],
  'America/Havana': ['2026-03-08T05:00:00Z', '2026-11-01T05:00:00Z'],
  // 30 December 2011 does not exist.
  'Pacific/Apia': ['2011-12-30T10:00:00Z'],
  UTC: ['1970-01-01T00:00:00Z', '2100-02-28T23:59:59Z', '2100-03-01T00:00:00Z'],
}

/** Clocks that were set back over midnight: the hour that comes twice belongs to the later day. */
const TWICE = { 'America/St_Johns': ['2006-10-29T02:31:00Z'] }

/** Instants within two days of something odd, most of them within an hour. */
const instants = (odd: readonly string[]): fc.Arbitrary<readonly number[]> => {
  const around = fc.oneof(
    fc.integer({ min: -HOUR_MS, max: HOUR_MS }),
    fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }),
    fc.integer({ min: -4, max: 4 }).map(quarters => quarters * 15 * MINUTE_MS),
    fc.constantFrom(-1, 0, 1, DAY_MS, -DAY_MS),
  )
  return fc.array(
    fc.tuple(fc.constantFrom(...odd), around).map(([at, offset]) => Date.parse(at) + offset),
    { minLength: 1, maxLength: 25 },
  )
}

const counted = async (
  archive: SmallArchive,
  query: ArchiveQuery,
): Promise<Readonly<Record<'timeline' | 'projects' | 'components' | 'errors' | 'sessions', number>>> => {
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)
  const { reports } = archive
  return {
    timeline: sum((await reports.timeline(query, reportCall)).map(({ messages }) => messages)),
    projects: sum((await reports.projectActivity(query, reportCall)).map(({ messages }) => messages)),
    components: sum((await reports.componentUsage(query, reportCall)).map(({ occurrences }) => occurrences)),
    errors: sum((await reports.errorAnalysis(query, reportCall)).map(({ error_count }) => error_count)),
    sessions: sum((await reports.sessions({ ...query, most: 100 }, reportCall)).map(({ messages }) => messages)),
  }
}

const load = async (archive: SmallArchive, times: readonly number[]): Promise<void> => {
  await archive.load(
    times.map((at, number) =>
      archived(`message ${String(number)}`, {
        at,
        project: '/p',
        session: `s${String(number % 3)}`,
        component: 'LSP',
        level: number % 2 === 0 ? 'ERROR' : 'INFO',
      }),
    ),
  )
}

const daysOf = (zone: TimeZone, times: readonly number[]): { readonly first: number; readonly last: number } => {
  const days = times.map(at => zone.dayOf(at))
  return { first: Math.min(...days), last: Math.max(...days) }
}

describe.each([...Object.entries(ODD), ...Object.entries(TWICE)])('in %s around %j', (name, odd) => {
  const zone = timeZone(name)

  test('every message is counted on one day, and the days add up to the whole, in all reports', async () => {
    await fc.assert(
      fc.asyncProperty(instants(odd), async times => {
        using archive = new SmallArchive()
        await load(archive, times)
        const { first, last } = daysOf(zone, times)
        const errors = Math.ceil(times.length / 2)
        const all = {
          timeline: times.length,
          projects: times.length,
          components: times.length,
          errors,
          sessions: times.length,
        }
        expect(await counted(archive, { range: { zone, first, last } })).toEqual(all)
        const sums = { timeline: 0, projects: 0, components: 0, errors: 0, sessions: 0 }
        for (const day of new Set([first - 1, ...times.map(at => zone.dayOf(at)), last + 1])) {
          const expected = times.filter(at => zone.dayOf(at) === day).length
          const of_day = await counted(archive, { range: { zone, first: day, last: day } })
          expect([isoDayOf(day), of_day.timeline]).toEqual([isoDayOf(day), expected])
          for (const report of ['timeline', 'projects', 'components', 'errors', 'sessions'] as const) {
            sums[report] += of_day[report]
          }
        }
        expect(sums).toEqual(all)
      }),
      { numRuns: 12 },
    )
  })
})

test.each(Object.entries(ODD))('in %s a day begins where the day before ends, as its calendar has it', (name, odd) => {
  const zone = timeZone(name)
  const calendar = new Intl.DateTimeFormat('sv', { timeZone: name, dateStyle: 'short' })
  fc.assert(
    fc.property(instants(odd), times => {
      for (const at of times) {
        const day = zone.dayOf(at)
        expect(calendar.format(at)).toBe(isoDayOf(day))
        expect(zone.beginOf(day)).toBeLessThanOrEqual(at)
        expect(zone.beginOf(day + 1)).toBeGreaterThan(at)
      }
    }),
    { numRuns: 50 },
  )
})
