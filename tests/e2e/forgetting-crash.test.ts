// The real bot, killed at some moment in the middle of forgetting somebody, and what its next start makes of it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { openStores } from '../support/stores.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import type { OperationsClient } from '../../src/operations/client.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { filesWith } from '../support/data-files.ts'
import { clientOf, startLife, type Life } from '../support/fake-whatsapp/life.ts'
import { fillPast, MARK } from '../support/large-person.ts'
import { ScriptHome } from '../support/script-run.ts'

const PHONE = '15550007777'
/** How far the act has come when the bot is killed: rows of the log of erasures, then rows that are gone. */
const MOMENTS = ['begun', 'noted', 'half gone', 'almost gone'] as const
const MESSAGES = 3000

let home: ScriptHome
let bot: Life | undefined

beforeEach(() => {
  home = new ScriptHome({})
})

afterEach(async () => {
  bot?.child.kill('SIGKILL')
  await home[Symbol.asyncDispose]()
})

const startBot = async (): Promise<OperationsClient> => {
  bot = startLife(home)
  await bot.prints(/DeniDin is up/)
  return await clientOf(home)
}

const count = (file: string, sql: string): number => {
  if (!existsSync(join(home.data, file))) return 0
  const database = new DatabaseSync(join(home.data, file), { readOnly: true, timeout: 1000 })
  try {
    return Number(database.prepare(sql).get()?.['n'])
  } finally {
    database.close()
  }
}

const left = (): number => count('denidin.db', `select count(*) as n from messages where text like '${MARK}%'`)

const reached = (moment: (typeof MOMENTS)[number]): boolean => {
  switch (moment) {
    case 'begun':
      return count('erasures.db', 'select count(*) as n from acts') > 0
    case 'noted':
      return count('erasures.db', 'select count(*) as n from erased_messages') > MESSAGES / 2
    case 'half gone':
      return left() < MESSAGES / 2
    case 'almost gone':
      return left() === 0
  }
}

const withStores = async <T>(act: (stores: ReturnType<typeof openStores>) => Promise<T>): Promise<T> => {
  const { settings } = loadSettings({ environment: {}, file: home.config, cwd: home.folder })
  using stores = openStores(settings, surroundings(settings, silentLogger))
  return await act(stores)
}

test.each(MOMENTS)('killed when the act is %s, the next start forgets the rest', async moment => {
  const person_id = await withStores(stores =>
    fillPast(stores, join(home.data, 'sessions'), {
      phone: PHONE,
      messages: MESSAGES,
      memories: 50,
      now: Date.now(),
    }),
  )
  const client = await startBot()
  const forgotten = client.call('memory.forget', { what: 'all', person: PHONE }, { confirmed: true }).then(
    () => 'finished',
    () => 'killed',
  )
  while (!reached(moment)) await systemClock.sleep(1)
  await bot?.end('SIGKILL')
  const outcome = await forgotten
  // Whoever was told that it is done finds it done.
  if (outcome === 'finished') expect(left()).toBe(0)

  await using _again = await startBot()
  await bot?.end('SIGTERM')
  const held = await withStores(async stores => {
    expect((await stores.applied.applied()).size).toBe(1)
    const counts = await Promise.all(stores.personalData.map(data => data.count(person_id)))
    return counts.reduce((sum, n) => sum + n, 0)
  })
  expect(held).toBe(0)
  expect(await filesWith(home.data, [MARK])).toEqual([])
  expect(count('denidin.db', "select count(*) as n from messages where text like 'Ben%'")).toBe(MESSAGES / 20)
})
