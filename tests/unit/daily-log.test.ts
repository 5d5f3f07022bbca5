/** The log and the audit file over days, with a clock that the test moves and real files. */
import { execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createAuditFile } from '../../src/platform/audit-file.ts'
import { DAY_MS, HOUR_MS, isoDay } from '../../src/platform/clock.ts'
import { createWinstonLogger, type ClosableLogger } from '../../src/platform/winston-logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const EVENING = Date.parse('2026-11-20T22:30:00Z')

let home: TemporaryFolder
let folder: string
let clock: FakeClock

beforeEach(async () => {
  home = await temporaryFolder()
  folder = join(home.path, 'logs')
  clock = new FakeClock(EVENING)
})
afterEach(async () => {
  await home[Symbol.asyncDispose]()
})

const open = (): ClosableLogger => createWinstonLogger({ logs_dir: folder, log_level: 'info', console: false }, clock)
const path = (name: string): string => join(folder, name)
const read = (name: string): string => {
  const content = readFileSync(path(name))
  return (name.endsWith('.gz') ? gunzipSync(content) : content).toString()
}
/** What was logged, without times and levels. */
const messages = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split(' ').slice(3).join(' '))

test('over several midnights each line is in the file of its day, and the current file keeps its name', async () => {
  const log = open()
  const said = new Map<string, string[]>()
  for (let hour = 0; hour < 80; hour++) {
    const day = isoDay(clock.now())
    const message = `line ${String(hour)}`
    log.info(message)
    said.set(day, [...(said.get(day) ?? []), message])
    await clock.advance(HOUR_MS)
  }
  await log.close()
  const days = [...said.keys()]
  expect(days).toHaveLength(5)
  expect(readdirSync(folder).toSorted()).toEqual(
    [...days.slice(0, -1).map(day => `denidin-${day}.log.gz`), 'denidin.log'].toSorted(),
  )
  for (const day of days.slice(0, -1)) expect(messages(read(`denidin-${day}.log.gz`))).toEqual(said.get(day))
  expect(messages(read('denidin.log'))).toEqual(said.get(days.at(-1) ?? ''))
  for (const name of readdirSync(folder)) expect([name, statSync(path(name)).mode & 0o777]).toEqual([name, 0o600])
  expect(lstatSync(path('denidin.log')).isFile()).toBe(true)
})

test('tail -f shows the lines before and after midnight, and tar takes the file', async () => {
  const log = open()
  const day = (message: string): void => {
    for (const line of [message, 'more of a day', 'and more of it']) log.info(line)
  }
  day('the first of three days')
  const tail = spawn('tail', ['-n', '+1', '-f', path('denidin.log')], { stdio: ['ignore', 'pipe', 'ignore'] })
  let shown = ''
  tail.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
  const shows = async (text: string): Promise<void> => {
    await until(() => shown.includes(text))
  }
  await shows('and more of it')
  await clock.advance(3 * HOUR_MS)
  log.info('the second day')
  await shows('the second day')
  day('its end')
  await shows('its end')
  await clock.advance(DAY_MS)
  log.info('three')
  await shows('three')
  tail.kill()
  execFileSync('tar', ['-czf', join(home.path, 'backup.tar.gz'), 'logs/denidin.log'], { cwd: home.path })
  rmSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', 'backup.tar.gz'], { cwd: home.path })
  expect(messages(read('denidin.log'))).toEqual(['three'])
  await log.close()
})

test('a restart in the middle of a day appends; after a midnight without DeniDin the start moves the lines', async () => {
  const first = open()
  first.info('one')
  await first.close()
  await clock.advance(HOUR_MS)
  const second = open()
  second.info('two')
  await second.close()
  expect(messages(read('denidin.log'))).toEqual(['one', 'two'])

  await clock.advance(3 * DAY_MS)
  const third = open()
  expect(read('denidin.log')).toBe('')
  third.info('three')
  await third.close()
  expect(messages(read('denidin-2026-11-20.log.gz'))).toEqual(['one', 'two'])
  expect(messages(read('denidin.log'))).toEqual(['three'])
})

test('a clock that was set back loses and moves nothing', async () => {
  const first = open()
  first.info('one')
  await first.close()
  clock = new FakeClock(EVENING - 2 * DAY_MS)
  const second = open()
  second.info('two')
  await second.close()
  expect(readdirSync(folder)).toEqual(['denidin.log'])
  expect(messages(read('denidin.log'))).toEqual(['one', 'two'])
})

test('a rotation that broke off anywhere is finished by the next start, without a line lost or doubled', async () => {
  const first = open()
  first.info('one')
  await first.close()
  const lines = read('denidin.log')
  await clock.advance(DAY_MS)
  // Broken off while the copy was written, then after it, then in the middle of compressing it.
  for (const left of [['denidin-2026-11-20.log.new'], ['denidin-2026-11-20.log'], ['denidin-2026-11-20.log.gz.new']]) {
    rmSync(folder, { recursive: true })
    mkdirSync(folder)
    for (const name of [...left, 'denidin.log']) writeFileSync(path(name), lines)
    if (left[0]?.includes('.gz') === true) {
      writeFileSync(path('denidin-2026-11-20.log'), lines)
      writeFileSync(path('denidin.log'), '')
    }
    await open().close()
    expect([left, readdirSync(folder).toSorted()]).toEqual([left, ['denidin-2026-11-20.log.gz', 'denidin.log']])
    expect([read('denidin-2026-11-20.log.gz'), read('denidin.log')]).toEqual([lines, ''])
  }
})

test('a second file of one day gets a number', async () => {
  const lines = ['one', 'two'].map(word => `2026-11-19T08:00:00.000Z INFO app ${word}\n`)
  for (const line of lines) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path('denidin.log'), line)
    await open().close()
  }
  expect(['', '.1'].map(number => read(`denidin-2026-11-19${number}.log.gz`))).toEqual(lines)
})

test('lines that cannot be moved at midnight stay in the current file, and go with the next midnight', async () => {
  const log = open()
  log.info('one')
  // No file can be written in the place of a folder.
  mkdirSync(path('denidin-2026-11-20.log.new'))
  await clock.advance(DAY_MS)
  log.info('two')
  expect(messages(read('denidin.log'))).toEqual(['one', 'two'])
  rmSync(path('denidin-2026-11-20.log.new'), { recursive: true })
  await clock.advance(DAY_MS)
  log.info('three')
  await log.close()
  expect(messages(read('denidin-2026-11-20.log.gz'))).toEqual(['one', 'two'])
  expect(messages(read('denidin.log'))).toEqual(['three'])
})

test('a log that was deleted is there again after midnight', async () => {
  const log = open()
  log.info('one')
  rmSync(folder, { recursive: true })
  log.info('nowhere')
  await clock.advance(DAY_MS)
  log.info('two')
  await log.close()
  expect(messages(read('denidin.log'))).toEqual(['two'])
})

test('what is written after the close goes nowhere, not into a file that was opened since', async () => {
  const audit = createAuditFile(folder, 'memory_audit', clock)
  audit.write({ entry: 1 })
  await audit.close()
  const other = openSync(path('other'), 'w')
  audit.write({ entry: 2 })
  await audit.close()
  closeSync(other)
  expect([read('memory_audit.log').includes('"entry":2'), read('other')]).toEqual([false, ''])
})

test('the link of earlier versions becomes a file, with the lines of today', async () => {
  mkdirSync(folder)
  const lineOf = (day: string): string => `${day}T08:00:00.000Z INFO app of ${day}\n`
  for (const day of ['2026-11-19', '2026-11-20']) writeFileSync(path(`denidin-${day}.log`), lineOf(day))
  writeFileSync(path('.rotation.json'), '{}')
  symlinkSync('denidin-2026-11-20.log', path('denidin.log'))
  const log = open()
  log.info('two')
  await log.close()
  expect(readdirSync(folder).toSorted()).toEqual(['denidin-2026-11-19.log.gz', 'denidin.log'])
  expect(lstatSync(path('denidin.log')).isFile()).toBe(true)
  expect(messages(read('denidin.log'))).toEqual(['of 2026-11-20', 'two'])
  expect(read('denidin-2026-11-19.log.gz')).toBe(lineOf('2026-11-19'))
})

test('the log is kept for 30 days, the record of who read what for 90', async () => {
  const log = open()
  const audit = createAuditFile(folder, 'memory_audit', clock)
  for (let day = 0; day < 100; day++) {
    log.info('one')
    audit.write({ day })
    await clock.advance(DAY_MS)
  }
  await Promise.all([log.close(), audit.close()])
  const names = readdirSync(folder)
  expect(names.filter(name => /^denidin-.*\.log\.gz$/.test(name))).toHaveLength(30)
  const audits = names.filter(name => /^memory_audit-.*\.log\.gz$/.test(name))
  expect(audits).toHaveLength(90)
  expect(lstatSync(path('memory_audit.log')).isFile()).toBe(true)
  expect(audits.toSorted().map(name => (JSON.parse(read(name)) as { day: number }).day)).toEqual(
    Array.from({ length: 90 }, (_, index) => index + 9),
  )
})
