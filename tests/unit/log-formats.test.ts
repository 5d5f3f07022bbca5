/** The log in its other forms: JSON beside the text, and systemd's journal with priorities. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { isJournal } from '../../src/platform/journal.ts'
import { createWinstonLogger, type LogSettings } from '../../src/platform/winston-logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const NOW = Date.UTC(2026, 10, 28, 9, 30)

/** Writes one line of each level. @returns the texts of both files, and what the journal got */
const logged = async (
  settings: Partial<LogSettings>,
): Promise<{ readonly text: string; readonly json: string | undefined; readonly journal: readonly string[] }> => {
  await using folder = await temporaryFolder()
  const journal: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, next) => {
      journal.push(line)
      next()
    },
  })
  const logger = createWinstonLogger(
    { logs_dir: folder.path, log_level: 'info', console: false, journal: stream, ...settings },
    new FakeClock(NOW),
  )
  const log = logger.for('session')
  log.error('It failed', { code: 'damaged', reason: 'no "room"\nleft' })
  log.warn('Careful')
  log.info('Session created', { session_id: 's1', tokens: 4, forwarded: false, missing: undefined })
  log.debug('Not wanted')
  await logger.close()
  const read = (name: string): string => readFileSync(join(folder.path, name), 'utf8')
  return { text: read('denidin.log'), json: settings.log_json === true ? read('denidin.json.log') : undefined, journal }
}

test('with log_json, every line is an object beside the text, with the values in their types', async () => {
  const { text, json = '' } = await logged({ log_json: true })
  expect(text.trim().split('\n')).toHaveLength(3)
  expect(
    json
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as unknown),
  ).toEqual([
    {
      time: '2026-11-28T09:30:00.000Z',
      level: 'error',
      component: 'session',
      message: 'It failed',
      code: 'damaged',
      reason: 'no "room"\nleft',
    },
    { time: '2026-11-28T09:30:00.000Z', level: 'warn', component: 'session', message: 'Careful' },
    {
      time: '2026-11-28T09:30:00.000Z',
      level: 'info',
      component: 'session',
      message: 'Session created',
      session_id: 's1',
      tokens: 4,
      forwarded: false,
    },
  ])
})

test('the journal gets each line with its priority, without the time that it adds itself', async () => {
  const { journal, json } = await logged({})
  expect(json).toBeUndefined()
  expect(journal).toEqual([
    '<3>ERROR session It failed code=damaged reason="no \\"room\\"\\nleft"\n',
    '<4>WARN session Careful\n',
    '<6>INFO session Session created session_id=s1 tokens=4 forwarded=false\n',
  ])
})

test('only the stream that systemd names is the journal', async () => {
  const descriptor = openSync('/dev/null', 'r')
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true })
    expect(isJournal(`${String(dev)}:${String(ino)}`, descriptor)).toBe(true)
    expect(isJournal(`${String(dev)}:${String(ino + 1n)}`, descriptor)).toBe(false)
    expect(isJournal('', descriptor)).toBe(false)
    expect(isJournal(undefined, descriptor)).toBe(false)
  } finally {
    closeSync(descriptor)
  }
  expect(isJournal('1:1', 12_345)).toBe(false)
})
