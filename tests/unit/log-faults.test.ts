// Logs that cannot be written: nothing ends, the lines wait, and they are written once that is possible.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { createAuditFile } from '../../src/platform/audit-file.ts'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { createWinstonLogger, type ClosableLogger } from '../../src/platform/winston-logger.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { smallDisk, SMALL_DISKS } from '../support/small-disk.ts'

const cleanUp = cleanUpAfterEach()
const EVENING = Date.parse('2026-11-20T22:30:00Z')

let folder: string
let clock: FakeClock
let troubles: string[]

const open = (): ClosableLogger =>
  createWinstonLogger(
    { logs_dir: folder, log_level: 'info', console: false, onTrouble: trouble => troubles.push(trouble) },
    clock,
  )
const read = (name = 'denidin.log'): string => readFileSync(join(folder, name), 'utf8')
const messages = (): readonly string[] =>
  read()
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split(' ').slice(3).join(' '))

beforeEach(async () => {
  folder = join(await cleanUp.folder(), 'logs')
  clock = new FakeClock(EVENING)
  troubles = []
})

test('a line that comes when the log is closed goes to the terminal, and fails nothing', async () => {
  const log = open()
  log.info('First')
  await log.close()
  log.for('app').error('Something failed', { reason: 'a closed pipe' })
  expect(troubles).toEqual(['2026-11-20T22:30:00.000Z ERROR app Something failed reason="a closed pipe"'])
  expect(messages()).toEqual(['First'])
})

describe('a log folder', () => {
  test.each<[string, () => void, RegExp, () => void]>([
    ['a file', () => writeFileSync(folder, 'x'), /logs is not a folder/, () => rmSync(folder)],
    ['a link to nowhere', () => symlinkSync('/nowhere/logs', folder), /denidin\.log (cannot|is)/, () => rmSync(folder)],
    ['a link in a circle', () => symlinkSync('logs', folder), /circle/, () => rmSync(folder)],
    [
      'a folder with a folder as log',
      () => mkdirSync(join(folder, 'denidin.log'), { recursive: true }),
      /denidin\.log is a folder/,
      () => rmSync(folder, { recursive: true }),
    ],
    [
      'a folder with a pipe as log',
      () => {
        mkdirSync(folder)
        spawnSync('mkfifo', [join(folder, 'denidin.log')])
      },
      /denidin\.log is a pipe/,
      () => rmSync(join(folder, 'denidin.log')),
    ],
  ])(
    'that is %s at the start ends nothing, and gets every line once it is mended',
    async (_what, spoil, reason, mend) => {
      spoil()
      const log = open()
      log.info('one')
      log.info('two')
      expect(troubles).toEqual([expect.stringMatching(reason)])
      expect(await log.file.health()).toMatchObject({
        state: 'degraded',
        detail: expect.stringMatching(/ 2 lines wait in memory/),
      })
      mend()
      log.info('three')
      expect(messages()).toEqual([expect.stringContaining('Lines are late or lost lost=0'), 'one', 'two', 'three'])
      expect(await log.file.health()).toMatchObject({ state: 'ok' })
      await log.close()
    },
  )

  test('that is replaced by a file while it is used is missed within a second, and made again later', async () => {
    const log = open()
    log.info('one')
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file')
    await clock.advance(SECOND_MS)
    log.info('two')
    expect(await log.file.health()).toMatchObject({ state: 'degraded' })
    rmSync(folder)
    log.info('three')
    expect(messages()).toEqual([expect.stringContaining('Lines are late'), 'two', 'three'])
    expect(troubles).toHaveLength(1)
    await log.close()
  })

  test('that stays unusable costs no more memory than a thousand lines, and says how many are lost', async () => {
    writeFileSync(folder, 'a file')
    const log = open()
    for (let n = 0; n < 1500; n++) log.info(`line ${String(n)}`)
    expect(await log.file.health()).toMatchObject({
      detail: expect.stringContaining('1000 lines wait in memory, 500 are lost'),
    })
    rmSync(folder)
    log.info('the last')
    expect(messages()).toHaveLength(1001)
    expect(messages()[0]).toContain('lost=501')
    await log.close()
  })

  const asUser = process.getuid?.() === 0 ? test : test.skip
  asUser('that this user may not write is named with both users', async () => {
    mkdirSync(folder)
    chmodSync(join(folder, '..'), 0o755)
    chmodSync(folder, 0o755)
    const program = `
      const { createWinstonLogger } = await import(${JSON.stringify(new URL('../../src/platform/winston-logger.ts', import.meta.url).href)})
      const { systemClock } = await import(${JSON.stringify(new URL('../../src/platform/clock.ts', import.meta.url).href)})
      const log = createWinstonLogger({ logs_dir: process.env.LOGS, log_level: 'info', console: false, onTrouble: console.log }, systemClock)
      log.info('one')
      await log.close()
      console.log('still here')`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      uid: 65534,
      cwd: '/',
      env: { LOGS: folder },
      encoding: 'utf8',
    })
    expect(stdout).toMatch(/logs belongs to another user \(uid 0\) and cannot be written by nobody/)
    expect(stdout).toContain('still here')
  })
})

const onSmallDisk = SMALL_DISKS ? describe : describe.skip
onSmallDisk('a full disk', () => {
  const FULL = 2 ** 16
  const fillDisk = (): void => {
    spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'other')}`, 'bs=4096'])
  }

  beforeEach(async () => {
    folder = cleanUp.keep(await smallDisk(FULL)).path
  })

  test('keeps the lines of log and audit log waiting, none torn or doubled', async () => {
    const log = open()
    const audit = createAuditFile(folder, 'memory_audit', clock, trouble => troubles.push(trouble))
    log.info('before')
    audit.write({ entry: 'before' })
    fillDisk()
    for (let n = 0; n < 200; n++) {
      log.info(`line ${String(n)} ${'x'.repeat(90)}`)
      audit.write({ entry: n, padding: 'x'.repeat(90) })
    }
    expect(troubles.toSorted()).toEqual([
      expect.stringMatching(/denidin\.log cannot be written: the disk is full/),
      expect.stringMatching(/memory_audit\.log cannot be written: the disk is full/),
    ])
    for (const file of [log.file, audit]) expect(await file.health()).toMatchObject({ state: 'degraded' })
    rmSync(join(folder, 'other'))
    log.info('after')
    audit.write({ entry: 'after' })
    for (const file of [log.file, audit]) expect(await file.health()).toMatchObject({ state: 'ok' })
    const numbers = messages().flatMap(line => /^line (\d+) x{90}$/.exec(line)?.[1] ?? [])
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, n) => String(n)))
    const entries = read('memory_audit.log')
      .trim()
      .split('\n')
      .flatMap(line => {
        try {
          return [(JSON.parse(line) as { entry?: unknown }).entry]
        } catch {
          return ['torn']
        }
      })
    expect(entries.filter(each => typeof each === 'number')).toEqual(Array.from({ length: 200 }, (_, n) => n))
    expect(entries.at(-1)).toBe('after')
    await Promise.all([log.close(), audit.close()])
  })

  test('at midnight leaves the lines of the day where they are, compresses nothing by halves, and goes on', async () => {
    const log = open()
    for (let n = 0; n < 100; n++) log.info(`line ${String(n)}`)
    fillDisk()
    await clock.advance(3 * HOUR_MS)
    log.info('the next day')
    await clock.advance(DAY_MS)
    rmSync(join(folder, 'other'))
    log.info('the day after')
    await log.close()
    expect(readdirSync(folder).filter(name => name.endsWith('.new'))).toEqual([])
    expect(readdirSync(folder).some(name => name.endsWith('.log.gz'))).toBe(true)
    expect(messages()).toContain('the day after')
  })
})

test('a former day that cannot be compressed stays whole, is named by the health, and is compressed the next day', async () => {
  const log = open()
  log.info('one')
  const target = join(folder, 'denidin-2026-11-20.log.gz.new')
  mkdirSync(join(target, 'inside'), { recursive: true })
  await clock.advance(DAY_MS)
  log.info('two')
  await log.close()
  expect(await log.file.health()).toMatchObject({
    state: 'degraded',
    detail: expect.stringMatching(/Former days stay uncompressed/),
  })
  expect(read('denidin-2026-11-20.log')).toContain('one')
  rmSync(target, { recursive: true })
  await clock.advance(DAY_MS)
  const next = open()
  next.info('three')
  await next.close()
  expect(existsSync(join(folder, 'denidin-2026-11-20.log.gz'))).toBe(true)
})
