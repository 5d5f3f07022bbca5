import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from '@jest/globals'
import { listProcesses, treeOf } from '../../src/channels/whatsapp/processes.ts'
import type { WhatsAppDeadlines } from '../../src/channels/whatsapp/settings.ts'
import { ChannelRun } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'

// Each fault happens for real, to the real library in a real Chromium; both sides must see that it was overcome.

const ANA = '15551230001@c.us'
const CHANNEL_PROCESS = fileURLToPath(new URL('../support/fake-whatsapp/channel-process.ts', import.meta.url))
const HOUR_MS = 3_600_000

const FAST: Partial<WhatsAppDeadlines> = {
  look_every_ms: 150,
  look_early_ms: 100,
  look_ms: 700,
  close_ms: 1000,
  retry_ms: 100,
}

beforeAll(testBrowser, BROWSER_INSTALL_MS)

/** After a fault: a message of Ana is heard once, and the answer reaches her once. */
const bothHear = async (run: ChannelRun): Promise<void> => {
  const { fake, channel, messages } = run
  const sent = fake.receive({ from: ANA, text: 'are you still there?' })
  const heard = await messages.next(({ message_id }) => message_id === `false_${ANA}_${sent.id}`)
  const delivery = await channel.send(heard.chat_id, 'still here', {})
  expect(delivery).toMatchObject({ outcome: 'sent' })
  expect(fake.sent.filter(({ body }) => body === 'still here')).toHaveLength(1)
  expect(await run.browsers()).toHaveLength(1)
}

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
    'the renderer crashes',
    /page of WhatsApp crashed/,
    async run => void process.kill(await processOf(run, 'renderer'), 'SIGSEGV'),
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
