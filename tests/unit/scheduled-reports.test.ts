// What the schedule writes when one of its reports fails, the disk refuses its files, or two runs overlap.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { DenidinError } from '../../src/platform/errors.ts'
import type { ReportName } from '../../src/platform/report-names.ts'
import { ScheduledReports } from '../../src/reports/scheduled-reports.ts'
import { DatedFiles } from '../../src/platform/dated-files.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { smallDisk, SMALL_DISKS } from '../support/small-disk.ts'

const cleanup = cleanUpAfterEach()

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
    heldWords: () => undefined,
    reports: ['timeline', 'session', 'conversation'],
    format: 'html',
    days: 7,
  })

test('a report that fails keeps no other from being written, and is named', async () => {
  const files: string[] = []
  const writing = scheduled(['timeline', 'session'], [], files).write(new AbortController().signal, 'cron')
  await expect(writing).rejects.toMatchObject({ code: 'rejected', message: 'timeline: this report is too long' })
  expect(files).toEqual(['conversation.html'])
})

test('when it is called off, no further report is asked for', async () => {
  const asked: ReportName[] = []
  const stopped = AbortSignal.abort(new Error('no more'))
  await expect(scheduled(['timeline'], asked).write(stopped, 'cron')).rejects.toThrow('no more')
  expect(asked).toEqual(['timeline'])
})

/** Reports of the size given, written to real files. */
const inFolder = (folder: string, bytes = 10, heard: string[] = []): ScheduledReports =>
  new ScheduledReports({
    writer: {
      write: async ({ report }) => {
        heard.push(`${report} begins`)
        await new Promise(resolve => setImmediate(resolve))
        heard.push(`${report} ends`)
        return {
          start_date: null,
          end_date: null,
          rows: 1,
          text: 'x'.repeat(bytes),
          read: [{ scope: undefined, messages: 3 }],
        }
      },
    },
    files: new DatedFiles({ folder, kept_days: 400, clock: new FakeClock() }),
    clock: new FakeClock(),
    language: async () => 'en',
    heldWords: (report, read, by) => heard.push(`${report} holds ${String(read[0]?.messages)} by ${by}`),
    reports: ['timeline', 'session'],
    format: 'csv',
    days: 7,
  })
const signal = new AbortController().signal

test('two runs that overlap follow each other, and leave one whole file for each report', async () => {
  const folder = await cleanup.folder()
  const heard: string[] = []
  const reports = inFolder(folder, 1000, heard)
  const both = await Promise.all([reports.write(signal, 'cron'), reports.write(signal, 'operator')])
  expect(both[0]).toEqual(both[1])
  expect(readdirSync(folder)).toEqual(['2026-11-20-session.csv', '2026-11-20-timeline.csv'])
  expect(readFileSync(join(folder, '2026-11-20-session.csv'), 'utf8')).toBe(`\ufeff${'x'.repeat(1000)}`)
  const one = (by: string): string[] =>
    ['timeline', 'session'].flatMap(name => [`${name} begins`, `${name} ends`, `${name} holds 3 by ${by}`])
  expect(heard).toEqual([...one('cron'), ...one('operator')])
})

test('a folder that cannot be made is named, nothing is said to hold words, and the next run tries again', async () => {
  const folder = await cleanup.folder()
  writeFileSync(join(folder, 'reports'), 'a file where the folder should be')
  const heard: string[] = []
  await expect(inFolder(join(folder, 'reports', 'archive'), 10, heard).write(signal, 'cron')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^timeline: .*reports/),
  })
  expect(heard.filter(each => each.includes('holds'))).toEqual([])
  mkdirSync(join(folder, 'other'))
  expect(await inFolder(join(folder, 'other')).write(signal, 'cron')).toHaveLength(2)
})

;(SMALL_DISKS ? test : test.skip)('a full disk keeps the file of before, and leaves no half of a new one', async () => {
  const disk = cleanup.keep(await smallDisk(64 * 1024))
  await inFolder(disk.path, 1000).write(signal, 'cron')
  await expect(inFolder(disk.path, 200_000).write(signal, 'cron')).rejects.toMatchObject({
    code: 'unavailable',
    retryable: true,
    message: expect.stringMatching(/^timeline: .*disk is full/),
  })
  expect(readdirSync(disk.path)).toEqual(['2026-11-20-session.csv', '2026-11-20-timeline.csv'])
  expect(readFileSync(join(disk.path, '2026-11-20-timeline.csv'), 'utf8')).toHaveLength(1001)
})
