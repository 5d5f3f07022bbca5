import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { listProcesses, treeOf } from '../../src/platform/process-table.ts'
import { AppRun } from '../support/fake-whatsapp/app-run.ts'
import { reply } from '../support/model-server.ts'
import { whole } from '../support/fake-whatsapp/whole.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'

// Each fault happens for real to the whole DeniDin in the middle of talk, to four people at once: one whose answer is on
// its way, two for whom the model writes until just then and until it is noticed, and one who writes while it lasts. One
// DeniDin lives through all of them.

const HOUR_MS = 3_600_000
/** Words that fill a part of a reply almost whole. */
const LONG_WORDS = 500

let run: AppRun

beforeAll(async () => {
  await testBrowser()
  // The answers of several parts are longer than the usual bound on an answer.
  run = await AppRun.linked({ browser_args: ['--remote-debugging-port=0'], config: { ai: { max_tokens: 6000 } } })
}, BROWSER_INSTALL_MS)

afterAll(async () => {
  await run[Symbol.asyncDispose]()
})

const browser = async (): Promise<number> => (await run.browsers())[0]!

const rendererOf = async (pid: number): Promise<number> =>
  treeOf(pid, await listProcesses()).find(({ args }) => args.join(' ').includes('--type=renderer'))!.pid

/** Closes the browser's tab as a person would, over the debugging port. */
const closeTab = async (): Promise<void> => {
  const [port] = (await readFile(join(run.login_dir, 'session', 'DevToolsActivePort'), 'utf8')).split('\n')
  const origin = `http://127.0.0.1:${String(port)}/json`
  const targets = (await (await fetch(`${origin}/list`)).json()) as { id: string; type: string }[]
  await fetch(`${origin}/close/${targets.find(({ type }) => type === 'page')!.id}`)
}

interface Fault {
  readonly name: string
  readonly strike: () => Promise<void> | void
  /** What WhatsApp's state says of it. */
  readonly reason: RegExp
  /** Who ended the browser, as the log says. */
  readonly ended_by?: string
  /** Ends it from outside; most are overcome without. */
  readonly end?: () => Promise<void> | void
  /** The next browser is linked anew. */
  readonly unlinks?: true
  /** Whether the answer that was on its way is confirmed when it is over. */
  readonly confirms?: true
}

const FAULTS: readonly Fault[] = [
  {
    name: 'the browser is killed',
    ended_by: 'the browser',
    strike: async () => void process.kill(await browser(), 'SIGKILL'),
    reason: /browser ended|page/i,
  },
  {
    name: 'the browser is stopped',
    ended_by: 'the browser',
    strike: async () => void process.kill(await browser(), 'SIGSTOP'),
    reason: /does not answer/,
  },
  {
    name: 'the renderer is killed',
    ended_by: 'the browser',
    strike: async () => void process.kill(await rendererOf(await browser()), 'SIGKILL'),
    reason: /page of WhatsApp crashed/,
  },
  {
    name: 'the page is closed',
    ended_by: 'the browser',
    strike: closeTab,
    reason: /page of WhatsApp was closed|browser ended/,
  },
  {
    name: 'the page never comes out of a loop',
    ended_by: 'the browser',
    strike: () => {
      run.fake.hang(HOUR_MS)
    },
    reason: /does not answer/,
  },
  {
    name: 'the page is loaded anew again and again',
    strike: async () => {
      for (let reloads = 0; reloads < 5; reloads++) {
        run.fake.journal.skip()
        run.fake.reload()
        await run.fake.journal.next('logged_in')
      }
    },
    // A look may come just between two pages.
    reason: /is reloading its page|does not answer/,
    confirms: true,
  },
  {
    name: 'the network is lost and comes back',
    strike: () => {
      run.fake.networkDown()
    },
    reason: /no connection/,
    end: () => {
      run.fake.networkUp()
    },
    confirms: true,
  },
  {
    name: 'another window takes the connection (CONFLICT)',
    ended_by: 'WhatsApp',
    strike: () => {
      run.fake.connection('CONFLICT')
    },
    reason: /open elsewhere/,
  },
  {
    name: 'WhatsApp says that it does not know the device (UNPAIRED)',
    ended_by: 'WhatsApp',
    strike: () => {
      run.fake.connection('UNPAIRED')
    },
    reason: /no longer knows/,
  },
  {
    name: 'the phone removes the device (LOGOUT) and links it again',
    ended_by: 'WhatsApp',
    strike: () => {
      run.fake.unlink()
    },
    reason: /phone removed DeniDin/,
    unlinks: true,
    end: async () => {
      await run.reached('qr')
      expect(await run.part('whatsapp')).toMatchObject({ state: 'down', detail: expect.stringContaining('QR code') })
      run.fake.scan()
    },
  },
]

test.each(FAULTS)('in the middle of talk $name: nobody is left without an answer, nobody gets two', async fault => {
  const [ana, bob, carl, dana] = [run.caller('Ana'), run.caller('Bob'), run.caller('Carl'), run.caller('Dana')] as const
  const everybody = [ana, bob, carl, dana]
  await Promise.all(everybody.map(each => each.talks('good morning')))
  await run.settled(...everybody)
  const before = await run.browsers()
  const logged = run.denidin.log.lines.length

  run.fake.acks = 'withheld'
  ana.says('is it on its way?')
  const underway = await ana.hears('is it on its way?')
  run.fake.acks = 'given'
  const forBob = run.holdModel()
  bob.says('do you think about it?')
  await forBob.arrived
  const forDana = run.holdModel()
  dana.says('do you say it now?')
  await forDana.arrived
  run.skip()

  await fault.strike()
  forDana.release()
  await run.reached('degraded', fault.reason)
  carl.says('can you hear me?')
  forBob.release()
  await fault.end?.()
  await run.reached('ready')
  // Too late for a page that was loaded anew: it knows already, and says nothing.
  if (fault.confirms) run.fake.ack(underway.key, 1)
  await Promise.all([bob.hears('do you think about it?'), carl.hears('can you hear me?')])
  await run.settled(...everybody)
  const log = run.denidin.log.lines.slice(logged).map(({ fields }) => fields['ended_by'])
  expect(log.filter(by => by !== undefined)).toEqual(fault.ended_by === undefined ? [] : [fault.ended_by])
  if (fault.ended_by === undefined) expect(await run.browsers()).toEqual(before)

  await Promise.all(everybody.map(each => each.talks('and now?')))
  await whole(run, everybody, {
    unconfirmed: fault.confirms ? [] : ['Ana: is it on its way?'],
    // It was handed over to a page that nobody knew to be gone.
    perhaps: ['Dana: do you say it now?'],
  })
  // A browser writes a new login to disk in its own time, and certainly at a stop: the next fault may kill it.
  if (fault.unlinks) await run.restart()
})

test.each(['SIGKILL', 'SIGSTOP'] as const)(
  'a reply of several parts that is cut by %s for the browser is said to its end, in order, no part twice',
  async signal => {
    const eve = run.caller('Eve')
    await eve.talks('good morning')
    const parts = ['first', 'second', 'third'].map(word => `${word} `.repeat(LONG_WORDS).trim())
    run.denidin.models.next('completion', reply(parts.join('\n\n')))
    run.skip()
    eve.says('tell me all')
    await run.fake.journal.next('sent', each => each.message.body === parts[0])
    run.fake.acks = 'withheld'
    await run.fake.journal.next('sent', each => each.message.body === parts[1])
    process.kill(await browser(), signal)
    run.fake.acks = 'given'
    await run.fake.journal.next('sent', each => each.message.body === parts[2])
    await run.settled(eve)
    const seen = run.fake.sent.filter(each => each.chat === eve.chat_id).map(each => each.body)
    expect(seen.slice(1)).toEqual(parts)
    await eve.talks('and now?')
    await whole(run, [eve], { unconfirmed: ['Eve: tell me all'] })
  },
)
