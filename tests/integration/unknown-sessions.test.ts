// A copied or half-restored data folder: session folders that the database does not know.
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Caller } from '../../src/operations/operation.ts'
import { DAY_MS, isoDay } from '../../src/platform/clock.ts'
import { filesWith } from '../support/data-files.ts'
import { TestDenidin } from '../support/denidin.ts'

const OPERATOR: Caller = { transport: 'cli', level: 'operator' }
const BEN = '15550007777'
const ANA = '15550008888'
const MARK = 'Pelargonium'

let denidin: TestDenidin
let running: string

/** Ben has a running session in which he said a rare word. */
beforeEach(async () => {
  denidin = await TestDenidin.start()
  await denidin.say(`my ${MARK} needs water`, { phone: BEN })
  running = (await readdir(denidin.data('sessions')))[0] ?? ''
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const run = async (operation: string, input: object): Promise<Record<string, unknown>> =>
  await denidin.app.runner.run(operation, input, { caller: OPERATOR, confirmed: true })
const forgetAll = (phone: string): Promise<Record<string, unknown>> =>
  run('memory.forget', { what: 'all', person: phone })
const copyTo = async (...place: readonly string[]): Promise<void> => {
  await cp(denidin.data('sessions', running), denidin.data('sessions', ...place), { recursive: true })
}
const marked = (): Promise<readonly string[]> => filesWith(denidin.data('sessions'), [MARK])
/** Until what the start does in the background has been done. */
const restarted = async (): Promise<void> => {
  await denidin.restart()
  await run('session.sweep', { purge: false })
}

test('a start sets unknown folders aside with a warning, and leaves those that it knows', async () => {
  await copyTo('a-copy')
  await copyTo('expired', '2026-11-01', 'an-old-one')
  await copyTo('expired', 'no-day')
  await copyTo('backup', 'of', 'all')
  await restarted()
  const today = isoDay(denidin.clock.now())
  expect((await readdir(denidin.data('sessions'))).toSorted()).toEqual([running, 'expired', 'unknown'].toSorted())
  expect((await readdir(denidin.data('sessions/unknown', today))).toSorted()).toEqual(
    ['a-copy', 'an-old-one', 'backup', 'no-day'].toSorted(),
  )
  expect(denidin.log.lines.filter(({ level, message }) => level === 'warn' && /set aside/.test(message))).toHaveLength(
    4,
  )
  await denidin.say('and light', { phone: BEN })
  expect(denidin.lastRequest()).toContain(`my ${MARK} needs water`)
  // A second start has nothing to do.
  await restarted()
  expect(denidin.log.lines.filter(({ message }) => /set aside/.test(message))).toHaveLength(4)
})

test('an archived session is known, also while it waits to be stored', async () => {
  denidin.clock.forward(2 * DAY_MS)
  await run('session.sweep', { purge: false })
  await restarted()
  expect(await readdir(denidin.data('sessions'))).toEqual(['expired'])
  expect(await marked()).toHaveLength(1)
})

test('forgetting everything reaches folders that nobody knows, set aside or not, and reports none left', async () => {
  await copyTo('a-copy')
  await restarted()
  await copyTo('expired', '2026-11-01', 'an-old-one')
  await copyTo('come-while-it-runs')
  await writeFile(denidin.data('sessions', 'stray.json'), MARK)
  await writeFile(denidin.data('sessions/come-while-it-runs/session.json.damaged'), `{ "${MARK}`)
  await mkdir(denidin.data('sessions/unreadable'))
  await writeFile(denidin.data('sessions/unreadable/session.json'), `{ "messages": "${MARK}`)
  await denidin.say('my boat is called Ada', { phone: ANA })
  const [ana = ''] = (await readdir(denidin.data('sessions'))).filter(name => name.length === 36 && name !== running)
  await cp(denidin.data('sessions', ana), denidin.data('sessions/copy-of-ana'), { recursive: true })

  expect(await forgetAll(BEN)).toMatchObject({ outcome: 'forgotten', residue: 0 })
  expect(await marked()).toEqual([])
  expect(await filesWith(denidin.data('sessions/copy-of-ana'), ['Ada'])).toHaveLength(1)
})

test('forgetting one message removes the copies that hold it', async () => {
  await copyTo('a-copy')
  await run('memory.about', { person: BEN, query: MARK })
  expect(await run('memory.forget', { what: '1', person: BEN })).toMatchObject({ outcome: 'forgotten', residue: 0 })
  expect(await marked()).toEqual([])
})

test('a copy from before a forgetting that is put back is removed by the next start', async () => {
  const aside = join(denidin.folder, 'copy')
  await cp(denidin.data('sessions', running), aside, { recursive: true })
  await forgetAll(BEN)
  await cp(aside, denidin.data('sessions', running), { recursive: true })
  await restarted()
  expect(await marked()).toEqual([])
})

test('sessions without their database are set aside, and still forgotten by the number of their person', async () => {
  await denidin.close()
  for (const name of await readdir(denidin.data())) if (/\.db/.test(name)) await rm(denidin.data(name))
  await denidin.open()
  await run('session.sweep', { purge: false })
  expect(await marked()).toHaveLength(1)
  await denidin.say('good morning', { phone: BEN })
  expect(await forgetAll(BEN)).toMatchObject({ residue: 0 })
  expect(await marked()).toEqual([])
})

test('who became another is forgotten under the former id too', async () => {
  await copyTo('a-copy')
  await denidin.say('good morning', { phone: ANA })
  await run('people.merge', { person: ANA, other: BEN })
  expect(await forgetAll(ANA)).toMatchObject({ residue: 0 })
  expect(await marked()).toEqual([])
})

test('what was set aside goes after the retention of archives, and so does a purged session that was put back', async () => {
  await copyTo('a-copy')
  const aside = join(denidin.folder, 'copy')
  await cp(denidin.data('sessions', running), aside, { recursive: true })
  await restarted()
  denidin.clock.forward(29 * DAY_MS)
  await run('session.sweep', {})
  expect(await readdir(denidin.data('sessions/unknown'))).toHaveLength(1)
  denidin.clock.forward(3 * DAY_MS)
  expect(await run('session.sweep', {})).toMatchObject({ purged: 1 })
  expect(await marked()).toEqual([])
  await cp(aside, denidin.data('sessions', running), { recursive: true })
  await run('session.sweep', {})
  expect(await marked()).toEqual([])
})

test('an export names the copies', async () => {
  await copyTo('a-copy')
  const { file } = await run('memory.export', { person: BEN })
  expect(await filesWith(denidin.data(String(file), '..'), ['place: a-copy'])).toHaveLength(1)
})
