// What the schedule writes when one of its reports fails.
import { expect, test } from '@jest/globals'
import { DenidinError } from '../../src/platform/errors.ts'
import type { ReportName } from '../../src/platform/report-names.ts'
import { ScheduledReports } from '../../src/reports/scheduled-reports.ts'
import { FakeClock } from '../support/fake-clock.ts'

const scheduled = (fails: readonly ReportName[], asked: ReportName[], files: string[] = []): ScheduledReports =>
  new ScheduledReports({
    writer: {
      write: async ({ report }) => {
        asked.push(report)
        if (fails.includes(report)) throw new DenidinError('rejected', 'this report is too long')
        return { start_date: null, end_date: null, rows: 1, text: report, read: [] }
      },
    },
    files: {
      write: async (name, _text, extension) => {
        files.push(`${name}.${String(extension)}`)
        return name
      },
    },
    clock: new FakeClock(),
    language: async () => 'en',
    reports: ['timeline', 'session', 'conversation'],
    format: 'html',
    days: 7,
  })

test('a report that fails keeps no other from being written, and is named', async () => {
  const files: string[] = []
  const writing = scheduled(['timeline', 'session'], [], files).write(new AbortController().signal)
  await expect(writing).rejects.toMatchObject({ code: 'rejected', message: 'timeline: this report is too long' })
  expect(files).toEqual(['conversation.html'])
})

test('when it is called off, no further report is asked for', async () => {
  const asked: ReportName[] = []
  const stopped = AbortSignal.abort(new Error('no more'))
  await expect(scheduled(['timeline'], asked).write(stopped)).rejects.toThrow('no more')
  expect(asked).toEqual(['timeline'])
})
