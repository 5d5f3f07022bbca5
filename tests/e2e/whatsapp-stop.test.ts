import { beforeAll, expect, test } from '@jest/globals'
import { ANA, FAST } from '../support/fake-whatsapp/both-sides.ts'
import { ChannelRun } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'

const HOUR_MS = 3_600_000

beforeAll(testBrowser, BROWSER_INSTALL_MS)

const STATES: readonly [string, (run: ChannelRun) => Promise<unknown> | void][] = [
  ['starting', () => undefined],
  ['a code is shown', run => run.qrs.next()],
  [
    'linking',
    async run => {
      run.fake.sync = 'never'
      await run.qrs.next()
      run.fake.scan()
      await run.reached('linking')
    },
  ],
  [
    'ready',
    async run => {
      await run.qrs.next()
      run.fake.scan()
      await run.reached('ready')
    },
  ],
  [
    'without its servers',
    async run => {
      await run.qrs.next()
      run.fake.scan()
      await run.reached('ready')
      run.fake.networkDown()
      await run.reached('degraded')
    },
  ],
  [
    'hanging',
    async run => {
      await run.qrs.next()
      run.fake.scan()
      await run.reached('ready')
      run.fake.hang(HOUR_MS)
      await run.reached('degraded')
    },
  ],
  [
    'waiting to try again',
    async run => {
      run.fake.networkDown()
      await run.reached('degraded')
    },
  ],
  [
    'blocked',
    async run => {
      run.fake.block = 'TOS_BLOCK'
      await run.qrs.next()
      run.fake.scan()
      await run.reached('action_required')
    },
  ],
]

test.each(STATES)('a stop while it is %s leaves no browser and is the last that is heard', async (_, reach) => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.make(fake, {
    deadlines: { ...FAST, retry_ms: HOUR_MS, longest_retry_ms: HOUR_MS },
  })
  await run.start()
  await reach(run)
  await run.channel.stop()
  expect(await run.browsers()).toEqual([])
  expect(run.states.all.slice(-2).map(({ phase }) => phase)).toEqual(['stopping', 'stopped'])
  await expect(run.channel.health()).resolves.toMatchObject({ state: 'off' })
  await expect(run.channel.send(ANA, 'hi', {})).resolves.toMatchObject({ outcome: 'not_sent' })
})
