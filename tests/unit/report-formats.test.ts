// The formats of reports: what words of strangers cannot do to a page or a spreadsheet, in both directions of writing.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { timeZone, UTC } from '../../src/platform/time-zone.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import type { Cell, ReportDocument, ReportTable } from '../../src/reports/documents/report-document.ts'
import { tableCsv } from '../../src/reports/formats/csv.ts'
import { reportPage } from '../../src/reports/formats/html.ts'
import { reportJson } from '../../src/reports/formats/json.ts'
import { REPORT_NAMES } from '../../src/platform/report-names.ts'
import { isoDayOf, reportDays } from '../../src/reports/report-range.ts'
import { SCHEMA } from '../../src/config/schema.ts'
import { reportWords } from '../../src/text/strings/report-words.ts'

const table = (...names: readonly Cell[]): ReportTable => ({
  name: 'rows',
  columns: [
    { name: 'name', kind: 'text' },
    { name: 'messages', kind: 'count' },
    { name: 'errors', kind: 'count' },
  ],
  rows: names.map((name, index) => [name, 10 * (index + 1), index]),
})

const documentOf = (rows: ReportTable, more: Partial<ReportDocument> = {}): ReportDocument => ({
  report: 'project-activity',
  subject: undefined,
  first: undefined,
  last: undefined,
  time_zone: 'Asia/Jerusalem',
  generated_at: Date.parse('2026-11-28T22:30:00Z'),
  notes: [],
  tables: [rows],
  charts: [{ table: 'rows', label: 'name', value: 'messages', part: 'errors', kind: 'names' }],
  ...more,
})

const page = (document: ReportDocument, language: 'en' | 'he' = 'en'): string =>
  reportPage(document, { language, zone: timeZone('Asia/Jerusalem') })

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title><script>',
  '</svg><script>',
  '</style><script>',
  '<!--',
  ']]>',
  '&lt;b&gt;',
  'a\u202eb\u2066c\u0000d\u001b[31m',
  '\ud800 half',
  'valueOf',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
]

describe('HTML', () => {
  test.each(HOSTILE)('words make no markup: %j', name => {
    const html = page(documentOf(table(name), { subject: name }))
    const plain = page(documentOf(table('name'), { subject: 'name' }))
    const tags = (text: string): readonly string[] => text.match(/<[a-z!/][^\s>]*/gi) ?? []
    expect(tags(html)).toEqual(tags(plain))
    // eslint-disable-next-line no-control-regex
    expect(html).not.toMatch(/[\u202a-\u202e\u0000\u001b]/)
    expect(html.isWellFormed()).toBe(true)
  })

  test('whatever the words are, they make no markup', () => {
    const tags = (text: string): number => text.match(/</g)?.length ?? 0
    const wanted = tags(page(documentOf(table('x'))))
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), name => {
        expect(tags(page(documentOf(table(name))))).toBe(wanted)
      }),
    )
  })

  test('a page needs nothing from elsewhere and runs nothing', () => {
    const html = page(documentOf(table('a')))
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(html).not.toMatch(/<script|<link|<iframe|<img|@import|url\(|\ssrc=|https?:\/\//i)
  })

  test('a Hebrew page runs from right to left, and isolates names, figures and days', () => {
    const html = page(documentOf(table('api', 'אתר החנות')), 'he')
    expect(html).toContain('<html lang="he" dir="rtl">')
    expect(html).toContain('<h1>פעילות הפרויקטים</h1>')
    expect(html).toContain('<bdi>api</bdi>')
    expect(html).toContain('<bdi dir="ltr">10</bdi>')
    expect(html).toContain('\u2068אתר החנות\u2069')
    expect(html).toContain('<bdi dir="ltr">2026-11-29 00:30</bdi>')
  })

  test('words of ours are translated, and those of people never, even if they are the same', () => {
    const columns = [
      { name: 'role', kind: 'word' },
      { name: 'content', kind: 'text' },
    ] as const
    const html = page(documentOf({ name: 'rows', columns, rows: [['user', 'completed']] }, { charts: [] }), 'he')
    expect(html).toContain('<bdi>משתמש</bdi>')
    expect(html).toContain('<bdi>completed</bdi>')
  })

  test('each chart is named, and its figures are in a table with a caption and headings', () => {
    const html = page(documentOf(table('a', 'b')))
    expect(html).toMatch(/<svg [^>]*role="img" aria-labelledby="chart-1"/)
    expect(html).toContain('<span id="chart-1">Messages by name</span>')
    expect(html).toContain('<a href="#table-rows">')
    expect(html).toContain('id="table-rows"')
    expect(html).toContain('<caption>Figures</caption>')
    expect(html).toContain('<th scope="col" class="number">messages</th>')
    expect(html).toContain('<th scope="row" class="words"><bdi>a</bdi></th>')
  })

  test('rows of one name are one bar, the longest first', () => {
    const html = page(documentOf(table('a', 'b', 'a')))
    const bars = [...html.matchAll(/<g><title>([^<]*)<\/title>/g)].map(([, title]) => title)
    expect(bars).toEqual(['a: 40', 'b: 20'])
  })

  test('a chart of days has a bar for every day of the range, and at most 92 bars', () => {
    const days = (count: number): number => {
      const rows: ReportTable = {
        name: 'rows',
        columns: [
          { name: 'date', kind: 'day' },
          { name: 'messages', kind: 'count' },
        ],
        rows: [
          [20_000, 5],
          [20_000 + count - 1, 7],
        ],
      }
      const charts = [{ table: 'rows', label: 'date', value: 'messages', kind: 'days' }] as const
      const html = page(documentOf(rows, { charts, first: 20_000, last: 20_000 + count - 1 }))
      expect(html.match(/class="bar"/g)).toHaveLength(2)
      return html.match(/<g>/g)?.length ?? 0
    }
    expect([days(30), days(92), days(93), days(4000)]).toEqual([30, 92, 47, 91])
  })

  test.each([
    ['count', 1, ['0', '1', '2', '3', '4']],
    ['count', 5, ['0', '2', '4', '6', '8']],
    ['count', 12, ['0', '5', '10', '15', '20']],
    ['count', 100, ['0', '25', '50', '75', '100']],
    ['count', 101, ['0', '50', '100', '150', '200']],
    ['seconds', 3, ['0 sec', '1 sec', '2 sec', '3 sec', '4 sec']],
    ['seconds', 200, ['0 sec', '0:01:00', '0:02:00', '0:03:00', '0:04:00']],
    ['seconds', 18_000, ['0 sec', '2:00:00', '4:00:00', '6:00:00', '8:00:00']],
    ['money', 0.07, ['0', '0.02', '0.04', '0.06', '0.08']],
  ] as const)('the axis of a %s up to %d has tidy values', (kind, value, expected) => {
    const columns = [
      { name: 'date', kind: 'day' },
      { name: 'value', kind },
    ] as const
    const charts = [{ table: 'rows', label: 'date', value: 'value', kind: 'days' }] as const
    const html = page(documentOf({ name: 'rows', columns, rows: [[20_000, value]] }, { charts }))
    const labels = [...html.matchAll(/class="grid"[^>]*\/><text[^>]*text-anchor="end">([^<]*)</g)].map(
      ([, label]) => label,
    )
    expect(labels).toEqual(expected)
  })

  test.each([
    ['a short name', 'a short name'],
    ['project-with-27-letters-inin', 'project-with-27-letters-i…'],
    ['AComponentWithAVeryLongName', 'AComponentWithAVeryLon…'],
    ['日本語の長い名前がここにあります', '日本語の長い名前がここに…'],
    ['רכיב עם שם ארוך מאוד שאינו נשבר', 'רכיב עם שם ארוך מאוד שאינו…'],
  ])('the label %s has room beside its bar', (label, shown) => {
    expect(page(documentOf(table(label)))).toContain(`>\u2068${shown}\u2069</text>`)
  })

  test('an empty report says so, without a chart', () => {
    const html = page(documentOf(table(), { notes: [{ kind: 'newest', day: 20_000 }] }))
    expect(html).toContain('There is nothing in this period.')
    expect(html).toContain('The newest message of the archive is of 2024-10-04.')
    expect(html).not.toContain('<svg')
  })
})

describe('CSV', () => {
  test('lines end with CR and LF, quotes are doubled, what is not known is empty', () => {
    expect(tableCsv(table('a,b', 'say "hi"', 'two\nlines', undefined, ['x', 'y']))).toBe(
      'name,messages,errors\r\n"a,b",10,0\r\n"say ""hi""",20,1\r\n"two\nlines",30,2\r\n,40,3\r\nx; y,50,4\r\n',
    )
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '=HYPERLINK("http://x")', '%00', '|calc'])(
    'no spreadsheet takes words for a formula: %j',
    name => {
      const [, line = ''] = /^name,messages,errors\r\n([\s\S]*),10,0\r\n$/.exec(tableCsv(table(name))) ?? []
      expect(line.replace(/^"/, '')).toMatch(/^'/)
    },
  )

  test('figures are left as they are', () => {
    const rows = { name: 'rows', columns: [{ name: 'n', kind: 'number' }], rows: [[-5]] } as const
    expect(tableCsv(rows)).toBe('n\r\n-5\r\n')
  })

  test('times and days are those of ISO 8601', () => {
    const columns = [
      { name: 'at', kind: 'time' },
      { name: 'day', kind: 'day' },
    ] as const
    expect(tableCsv({ name: 'rows', columns, rows: [[0, 1]] })).toBe(
      'at,day\r\n1970-01-01T00:00:00.000Z,1970-01-02\r\n',
    )
  })

  test.each([
    ['x;=1+1', "x;'=1+1"],
    ['x; @SUM(A1)', "x;' @SUM(A1)"],
    ['x\t-2', "x\t'-2"],
    ['x\r\n=cmd', "x\r\n'=cmd"],
    ['=a;+b', "'=a;'+b"],
    ['a - b; c = d', 'a - b; c = d'],
  ])('%j is no formula either where cells end at another sign', (name, written) => {
    const cell = tableCsv(table(name)).slice('name,messages,errors\r\n'.length)
    expect(cell.replace(/^"([^"]*)"/, '$1')).toMatch(new RegExp(`^${RegExp.escape(written)},10,0`))
  })

  test('no text of a list is a formula', () => {
    const columns = [{ name: 'samples', kind: 'list' }] as const
    const rows = [[['one', '=two', '-three']]]
    expect(tableCsv({ name: 'rows', columns, rows })).toBe("samples\r\none;' =two;' -three\r\n")
  })

  test('every text comes back through a reader of RFC 4180', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), name => {
        const csv = tableCsv(table(name))
        const body = csv.slice('name,messages,errors\r\n'.length, -',10,0\r\n'.length)
        const read = body.startsWith('"') ? body.slice(1, -1).replaceAll('""', '"') : body
        // Apostrophes may have been added, and nothing else.
        expect(read.replaceAll("'", '')).toBe(name.replaceAll("'", ''))
        expect(read.length).toBeGreaterThanOrEqual(name.length)
      }),
    )
  })
})

test('JSON has one list of objects for each table, exactly as the words are', () => {
  const hostile = '<b>\u202e="x"'
  const json = JSON.parse(reportJson(documentOf(table(hostile, undefined), { first: 20_000 }))) as object
  expect(json).toEqual({
    report: 'project-activity',
    subject: null,
    start_date: '2024-10-04',
    end_date: null,
    time_zone: 'Asia/Jerusalem',
    generated_at: '2026-11-28T22:30:00.000Z',
    notes: [],
    rows: [
      { name: hostile, messages: 10, errors: 0 },
      { name: null, messages: 20, errors: 1 },
    ],
  })
})

describe('the days of a report', () => {
  const today = UTC.dayOf(Date.parse('2026-11-28T12:00:00Z'))
  const days = (
    report: 'timeline' | 'session',
    start_date?: string,
    end_date?: string,
  ): readonly (string | undefined)[] => {
    const { first, last } = reportDays(report, { start_date, end_date }, today)
    return [first, last].map(day => (day === undefined ? undefined : isoDayOf(day)))
  }

  test('are the last 30 for the timeline, and all for the others', () => {
    expect(days('timeline')).toEqual(['2026-10-30', '2026-11-28'])
    expect(days('session')).toEqual([undefined, undefined])
  })

  test('are those that are asked for', () => {
    expect(days('timeline', '2026-01-01')).toEqual(['2026-01-01', '2026-11-28'])
    expect(days('timeline', undefined, '2026-01-30')).toEqual(['2026-01-01', '2026-01-30'])
    expect(days('timeline', '2027-01-01')).toEqual(['2027-01-01', '2027-01-01'])
    expect(days('session', ' 2026-01-01 ', '2026-01-01')).toEqual(['2026-01-01', '2026-01-01'])
  })

  test.each([
    [['2026-02-30'], 'start-date is "2026-02-30", which is not a day of the calendar; write a day as 2026-11-28'],
    [['yesterday'], 'start-date is "yesterday", which cannot be read; write a day as 2026-11-28'],
    [['28.11.2026'], 'start-date is "28.11.2026", which cannot be read; write a day as 2026-11-28'],
    [
      ['2026-02-02', '2026-02-01'],
      'the start date 2026-02-02 is after the end date 2026-02-01; give the earlier day as the start date',
    ],
  ])('that cannot be are refused in one sentence: %j', ([from, to], message) => {
    expect(() => days('session', from, to)).toThrow(new DenidinError('invalid_input', message))
  })
})

test('the setting names every report, and every report has a title in each language', () => {
  expect(SCHEMA.reports.scheduled.choices).toEqual([...REPORT_NAMES])
  for (const language of ['en', 'he'] as const) {
    expect(Object.keys(reportWords(language).titles)).toEqual([...REPORT_NAMES])
  }
})
