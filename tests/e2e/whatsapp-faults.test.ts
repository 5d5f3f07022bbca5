import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from '@jest/globals'
import { listProcesses, treeOf } from '../../src/channels/whatsapp/processes.ts'
import { ANA, bothHear, bothHearAgain, FAST, until } from '../support/fake-whatsapp/both-sides.ts'
import { ChannelRun } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'

// Each fault happens for real, to the real library in a real Chromium; both sides must see that it was overcome.

const CHANNEL_PROCESS = fileURLToPath(new URL('../support/fake-whatsapp/channel-process.ts', import.meta.url))
const HOUR_MS = 3_600_000

beforeAll(testBrowser, BROWSER_INSTALL_MS)

const processOf = async (run: ChannelRun, type: string): Promise<number> => {
  const [browser] = await run.browsers()
  const found = treeOf(browser!, await listProcesses()).find(({ args }) => args.join(' ').includes(`--type=${type}`))
  return found!.pid
}

/** Closes the browser's tab as a person would, over the debugging port. */
const closeTab = async (run: ChannelRun): Promise<void> => {
  const [port] = (await readFile(join(run.login_dir, 'session', 'DevToolsActivePort'), 'utf8')).split('\n')
  const origin = `http://127.0.0.1:${String(port)}/json`
  const targets = (await (await fetch(`${origin}/list`)).json()) as { id: string; type: string }[]
  await fetch(`${origin}/close/${targets.find(({ type }) => type === 'page')!.id}`)
}

test.each<[string, RegExp, (run: ChannelRun) => Promise<void> | void]>([
  [
    'the browser is killed',
    /browser ended|page/i,
    async run => void process.kill((await run.browsers())[0]!, 'SIGKILL'),
  ],
  ['the browser is stopped', /does not answer/, async run => void process.kill((await run.browsers())[0]!, 'SIGSTOP')],
  [
    'the renderer is killed',
    /page of WhatsApp crashed/,
    async run => void process.kill(await processOf(run, 'renderer'), 'SIGKILL'),
  ],
  ['the page is closed', /page of WhatsApp was closed|browser ended/, closeTab],
  [
    'the page never comes out of a loop',
    /does not answer/,
    run => {
      run.fake.hang(HOUR_MS)
    },
  ],
])('when %s a new browser goes on', async (_, reason, provoke) => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: FAST, browser_args: ['--remote-debugging-port=0'] })
  const before = await run.browsers()
  await provoke(run)
  await run.states.next(state => state.phase === 'degraded' && reason.test(state.reason))
  await run.reached('ready')
  expect(await run.browsers()).not.toEqual(before)
  await bothHear(run)
  expect(run.qrs.all).toHaveLength(1)
})

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

test.each<[string, RegExp, (run: ChannelRun) => void]>([
  [
    'another window takes the connection (CONFLICT)',
    /open elsewhere/,
    ({ fake }) => {
      fake.connection('CONFLICT')
    },
  ],
  [
    'WhatsApp says that it does not know the device (UNPAIRED)',
    /no longer knows/,
    ({ fake }) => {
      fake.connection('UNPAIRED')
    },
  ],
])('when %s a new browser tries the login that is there', async (_, reason, provoke) => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: FAST })
  provoke(run)
  await run.states.next(state => state.phase === 'degraded' && reason.test(state.reason))
  await run.reached('ready')
  await bothHear(run)
  expect(run.log.text('info')).toMatch(/was lost and is opened again .*"ended_by":"WhatsApp"/)
  expect(run.qrs.all).toHaveLength(1)
})

test('quick reloads of the page keep the browser, and it is ready again', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: FAST })
  const before = await run.browsers()
  for (let reloads = 0; reloads < 5; reloads++) {
    fake.journal.skip()
    fake.reload()
    await fake.journal.next('logged_in')
  }
  run.states.skip()
  await run.reached('ready')
  await bothHear(run)
  expect(await run.browsers()).toEqual(before)
})

test('a network that is lost and comes back is told, and what was said meanwhile is heard', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: FAST })
  const before = await run.browsers()
  fake.networkDown()
  expect((await run.reached('degraded')).reason).toMatch(/no connection/)
  fake.receive({ from: ANA, text: 'into the dark' })
  fake.networkUp()
  run.states.skip()
  await run.reached('ready')
  await run.messages.next(({ text }) => text === 'into the dark')
  await bothHear(run)
  expect(await run.browsers()).toEqual(before)
})

test('a page that does not find its servers for too long gets a new browser', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: { ...FAST, offline_ms: 400 } })
  const before = await run.browsers()
  fake.connection('TIMEOUT')
  await run.states.next(({ reason }) => /did not find its servers/.test(reason))
  await run.reached('ready')
  await bothHear(run)
  expect(await run.browsers()).not.toEqual(before)
})

test.each<[string, (fake: FakeWhatsApp, on: boolean) => void]>([
  [
    'there is no network',
    (fake, on) => {
      if (on) fake.networkDown()
      else fake.networkUp()
    },
  ],
  [
    'the servers refuse',
    (fake, on) => {
      fake.web = on ? 'refuses' : 'up'
    },
  ],
])('while %s at the start it is tried again, ever later, until it works', async (_, fault) => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: { ...FAST, open_ms: 1000 } })
  await run.channel.stop()
  fault(fake, true)
  run.skip()
  await run.start()
  const failed = (): number[] =>
    run.log.lines.filter(line => line.message.includes('is opened again')).map(line => Number(line.fields['wait_ms']))
  await until(() => failed().length >= 2)
  const [first = 0, second = 0] = failed()
  expect(first).toBeLessThanOrEqual(100)
  expect(second).toBeGreaterThanOrEqual(100)
  fault(fake, false)
  await run.reached('ready')
  await bothHear(run)
  expect(run.qrs.all).toHaveLength(1)
})

test('a page that never becomes ready gets a new browser, which hears what came meanwhile once', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: { ...FAST, ready_ms: 700 } })
  await run.channel.stop()
  fake.sync = 'never'
  run.skip()
  await run.start()
  await fake.journal.next('logged_in')
  fake.receive({ from: ANA, text: 'too early' })
  await run.states.next(({ reason }) => /Getting ready took longer/.test(reason))
  fake.sync = 'when_listened'
  await run.reached('ready')
  await bothHear(run)
  expect(new Set(run.messages.all.map(({ message_id }) => message_id)).size).toBe(2)
})

test('messages that were there before the library listened make it ready all the same', async () => {
  await using fake = await FakeWhatsApp.start({ sync: 'early' })
  await using run = await ChannelRun.make(fake, { deadlines: FAST })
  await run.start()
  await run.qrs.next()
  fake.scan()
  await run.reached('ready')
  await run.channel.stop()
  run.skip()
  await run.start()
  await run.reached('ready')
  await bothHear(run)
  expect(run.states.all.map(({ phase }) => phase)).not.toContain('degraded')
})

test('ready that is said again changes nothing, and nobody is heard or answered twice', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: FAST })
  const { readies } = run
  const states = run.states.all.length
  for (let again = 0; again < 3; again++) fake.syncAgain()
  await bothHear(run)
  fake.syncAgain()
  await bothHearAgain(run)
  expect(run.states.all).toHaveLength(states)
  expect(run.readies).toBe(readies)
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
