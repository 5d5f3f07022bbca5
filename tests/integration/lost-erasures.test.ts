// An erasure log that is missing or old: who hears of it, and what keeps forgotten data away afterwards.
import { copyFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { completeRestore } from '../../src/app/backup/complete-restore.ts'
import { GODFATHER, TestDenidin } from '../support/denidin.ts'
import { residueIn } from '../support/residue.ts'
import { reply } from '../support/model-server.ts'
import { until } from '../support/until.ts'

const OPERATOR = { transport: 'cli', level: 'operator' } as const
const ALERTS = { alerts: { after_seconds: 0 } }
const BEN = '15550002222'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start(ALERTS)
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const run = (name: string, input: object = {}): Promise<Record<string, unknown>> =>
  denidin.app.runner.run(name, input, { caller: OPERATOR, confirmed: true })

const log = async (): Promise<object | undefined> => {
  const { parts } = (await run('health')) as { parts: { name: string }[] }
  return parts.find(({ name }) => name === 'erasure log')
}

const forget = async (text: string, phone = BEN): Promise<void> => {
  denidin.models.always('completion', reply(`I know: ${text}`))
  await denidin.say(text, { phone })
  await denidin.say('/forget last', { phone })
}

const removeLog = (): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(denidin.data(`erasures.db${suffix}`), { force: true })
}

const alerts = (): readonly string[] =>
  denidin.channel.sent.filter(({ chat_id }) => chat_id === `${GODFATHER}@c.us`).map(({ text }) => text)

test('a log that has everything is well, also after a restart and with nothing forgotten', async () => {
  expect(await log()).toMatchObject({ state: 'ok' })
  await forget('my cat is called Pelargon')
  await denidin.restart(ALERTS)
  expect(await log()).toMatchObject({ state: 'ok' })
  await denidin.close()
  removeLog()
  // Nothing is lost with the log of a DeniDin that never forgot anything.
  for (const suffix of ['', '-wal', '-shm']) rmSync(denidin.data(`denidin.db${suffix}`), { force: true })
  for (const name of ['sessions', 'index.db', 'vectors.db'])
    rmSync(denidin.data(name), { recursive: true, force: true })
  await denidin.open()
  expect(await log()).toMatchObject({ state: 'ok' })
})

test.each<[string, (older: string) => void]>([
  ['missing', removeLog],
  [
    'an older copy',
    older => {
      removeLog()
      copyFileSync(older, denidin.data('erasures.db'))
    },
  ],
])('a log that is %s is named with its remedy, and the godfather hears of it once', async (_what, replace) => {
  await denidin.say('hello')
  await denidin.close()
  const older = denidin.data('older.db')
  copyFileSync(denidin.data('erasures.db'), older)
  await denidin.open()
  await forget('my cat is called Pelargon')
  await forget('my dog is called Rexington')
  await denidin.close()
  replace(older)
  await denidin.open()
  const detail = expect.stringMatching(
    /lacks 2 deletions .*newest erasures\.db back, or run `denidin memory rebuild-er/,
  )
  expect(await log()).toEqual({ name: 'erasure log', state: 'degraded', detail })
  await until(() => alerts().length > 0)
  expect(alerts()).toEqual([expect.stringMatching(/^⚠️ Erasure log .*lacks 2 deletions/)])
  await denidin.restart(ALERTS)
  await denidin.say('hello')
  expect(alerts()).toEqual([])
  expect(await run('memory.rebuild_erasures')).toMatchObject({ deletions: 2, unfinished: 0 })
  expect(await log()).toMatchObject({ state: 'ok' })
  await denidin.restart(ALERTS)
  expect(await log()).toMatchObject({ state: 'ok' })
  expect(await run('memory.rebuild_erasures')).toMatchObject({
    deletions: 0,
    detail: expect.stringContaining('nothing'),
  })
})

test('after the log was rebuilt, a restored backup brings back neither what was forgotten nor the answers to it', async () => {
  denidin.models.always('completion', reply('Pelargon is a fine name for a cat.'))
  await denidin.say('/remember my boat is called Marlin', { phone: BEN })
  await denidin.say('my cat is called Pelargon', { phone: BEN })
  await denidin.whenIdle()
  await run('backup.create')
  await denidin.say('/forget last', { phone: BEN })
  await denidin.whenIdle()
  expect(await residueIn([denidin.data()], { words: ['Pelargon'] })).toEqual([])
  await denidin.close()
  removeLog()
  await denidin.open()
  await run('memory.rebuild_erasures')
  // The secret of the new log is not that of the backup.
  expect(await run('backup.restore')).toMatchObject({ outcome: 'staged' })
  await denidin.close()
  await completeRestore({
    settings: denidin.settings(),
    clock: denidin.clock,
    logger: denidin.log,
    say: () => undefined,
  })
  await denidin.open()
  await denidin.whenIdle()
  const { memories } = (await run('memory.list', { person: BEN })) as { memories: { text: string }[] }
  expect(memories.map(({ text }) => text).join()).toContain('Marlin')
  const words = new DatabaseSync(denidin.data('denidin.db')).prepare('select text from messages').all()
  expect(JSON.stringify(words)).not.toContain('Pelargon')
})
