import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from '@jest/globals'
import { bothHear, FAST } from '../support/fake-whatsapp/both-sides.ts'
import { ChannelRun } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'
import { until } from '../support/until.ts'

// Details of the channel's supervisor, seen at the channel: each fault happens for real, to the real library in a real
// Chromium. What people notice of faults is shown through the whole of DeniDin, in whatsapp-app-*.test.ts.

const CHANNEL_PROCESS = fileURLToPath(new URL('../support/fake-whatsapp/channel-process.ts', import.meta.url))

beforeAll(testBrowser, BROWSER_INSTALL_MS)

test('a browser that a killed Node left behind is ended by the next start, and its login used', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: FAST })
  await run.channel.stop()
  fake.journal.skip()
  const other = spawn(process.execPath, [CHANNEL_PROCESS, run.data_dir, await testBrowser(), ...fake.browser_args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await fake.journal.next('logged_in')
  const orphans = await run.browsers()
  // A browser that runs notices that its owner is gone, and ends; one that is stopped does not.
  for (const pid of orphans) process.kill(pid, 'SIGSTOP')
  other.kill('SIGKILL')
  await once(other, 'exit')
  await expect(run.browsers()).resolves.toEqual(orphans)
  expect(orphans).toHaveLength(1)
  run.skip()
  await run.start()
  await run.reached('ready')
  await bothHear(run)
  expect(await run.browsers()).not.toEqual(orphans)
  expect(run.log.text('info')).toContain('an earlier run left behind was ended {"orphans":1}')
  expect(run.qrs.all).toHaveLength(1)
})

test('a page that does not find its servers for too long gets a new browser', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: { ...FAST, offline_ms: 400 } })
  const before = await run.browsers()
  fake.connection('TIMEOUT')
  await run.states.next(({ detail: reason }) => /did not find its servers/.test(reason))
  await run.reached('ready')
  await bothHear(run)
  expect(await run.browsers()).not.toEqual(before)
})

test('while there is no network at the start it is tried again, ever later, until it works', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: FAST })
  await run.channel.stop()
  fake.networkDown()
  run.skip()
  await run.start()
  const failed = (): number[] =>
    run.log.lines.filter(line => line.message.includes('is opened again')).map(line => Number(line.fields['wait_ms']))
  await until(() => failed().length >= 2)
  const [first = 0, second = 0] = failed()
  expect(first).toBeLessThanOrEqual(100)
  expect(second).toBeGreaterThanOrEqual(100)
  fake.networkUp()
  await run.reached('ready')
  await bothHear(run)
  expect(run.qrs.all).toHaveLength(1)
})

test.each([
  ['only a browser that was well for long enough makes the next failure the first', 3_600_000, [1, 2]],
  ['a browser that was well for long enough makes the next failure the first', 1, [1, 1]],
])('%s', async (_, stable_ms, failures) => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: { ...FAST, stable_ms } })
  for (let kills = 0; kills < 2; kills++) {
    process.kill((await run.browsers())[0]!, 'SIGKILL')
    await run.reached('degraded')
    await run.reached('ready')
    run.states.skip()
  }
  const lost = run.log.lines.filter(({ message }) => message.includes('is opened again'))
  expect(lost.map(({ fields }) => fields['failures'])).toEqual(failures)
})
