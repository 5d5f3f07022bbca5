// A report in the terminal: what it does not show is said beside it, in the words of report pages.
import { expect, test } from '@jest/globals'
import { reportText } from '../../src/interfaces/cli/report-text.ts'

const textOf = (document: object): ReturnType<typeof reportText> =>
  reportText(
    {
      report: 'timeline',
      format: 'table',
      media_type: 'application/json',
      start_date: null,
      end_date: null,
      time_zone: 'Asia/Jerusalem',
      rows: 1,
      text: JSON.stringify({ report: 'timeline', time_zone: 'Asia/Jerusalem', ...document }),
    },
    {},
    { terminal: true },
  )

test('sentences about a report go beside it, and its times are those of its zone', () => {
  const { out, err } = textOf({
    notes: [
      { kind: 'undated', count: 3 },
      { kind: 'newest', day: '2026-11-02' },
      { kind: 'shown', table: 'rows', shown: 10, of: 25 },
      { kind: 'shown', table: 'runs', shown: 10 },
    ],
    rows: [{ project: 'boat', last_activity: '2026-11-02T05:30:00.000Z', error_rate_pct: 1.5 }],
  })
  expect(err?.split('\n')).toEqual([
    '3 messages have no time; they are on no day and are not counted here.',
    'There is nothing in this period. The newest message of the archive is of 2026-11-02.',
    'rows: the first 10 of 25 are shown.',
    'runs: only the first 10 are shown.',
    '',
  ])
  expect(out).toContain('2026-11-02 07:30')
  expect(out).toContain('1.50')
})
