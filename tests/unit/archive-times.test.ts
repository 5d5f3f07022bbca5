// The days and times between which the archive is searched, in the zone of the installation.
import { describe, expect, test } from '@jest/globals'
import { archiveTimes } from '../../src/operations/archive/archive-times.ts'
import { timeZone } from '../../src/platform/time-zone.ts'

const BERLIN = timeZone('Europe/Berlin')
const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString())
const since = (written: string): string | undefined => iso(archiveTimes({ since: written }, BERLIN).since)
const until = (written: string): string | undefined => iso(archiveTimes({ until: written }, BERLIN).until)

test.each([
  ['2026-07-01', '2026-06-30T22:00:00.000Z', '2026-07-01T22:00:00.000Z'],
  ['2026-07-01T10:00', '2026-07-01T08:00:00.000Z', '2026-07-01T08:00:00.000Z'],
  [' 2026-07-01 10:00:30 ', '2026-07-01T08:00:30.000Z', '2026-07-01T08:00:30.000Z'],
  ['2026-07-01T10:00Z', '2026-07-01T10:00:00.000Z', '2026-07-01T10:00:00.000Z'],
  ['2026-07-01T10:00:00.5-05:30', '2026-07-01T15:30:00.500Z', '2026-07-01T15:30:00.500Z'],
  ['2026-07-01T10:00+0200', '2026-07-01T08:00:00.000Z', '2026-07-01T08:00:00.000Z'],
  // The day on which the clocks are set back has 25 hours, and half past two comes twice.
  ['2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
  ['2026-10-25T02:30', '2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z'],
])('%s begins at %s, and ends at %s', (written, first, last) => {
  expect([since(written), until(written)]).toEqual([first, last])
})

test.each([
  '',
  'yesterday',
  '2026',
  '2026-02-30',
  '2026-02-30T10:00',
  '2026-13-01',
  '2026-07-01T24:00',
  '2026-07-01T9:00',
  '1.7.2026',
  '2026-07-01T10:00+99:00x',
])('"%s" is neither a day nor a time', written => {
  const message = `since "${written}" is neither a day (YYYY-MM-DD) nor a time in ISO 8601`
  expect(() => since(written)).toThrow(message)
})

describe('times in the wrong order are refused', () => {
  test.each([
    ['2026-07-02', '2026-07-01'],
    ['2026-07-01T10:00', '2026-07-01T10:00'],
    ['2026-07-01T10:00Z', '2026-07-01T11:00'],
  ])('%s and %s', (first, last) => {
    const message = `since ${first} is not before until ${last}; give the earlier one as since`
    expect(() => archiveTimes({ since: first, until: last }, BERLIN)).toThrow(message)
  })

  test('but one day is both the first and the last', () => {
    const { since: first = 0, until: last = 0 } = archiveTimes({ since: '2026-07-01', until: '2026-07-01' }, BERLIN)
    expect(last - first).toBe(86_400_000)
  })
})
