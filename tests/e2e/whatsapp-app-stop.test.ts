import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { AppRun, type Caller } from '../support/fake-whatsapp/app-run.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'
import { whole } from '../support/fake-whatsapp/whole.ts'

// The whole DeniDin is closed in every state of WhatsApp: no browser is left, and the next start answers once what was
// said before, meanwhile and afterwards.

const HOUR_MS = 3_600_000

let run: AppRun

beforeAll(async () => {
  await testBrowser()
  // A pause that never ends: whoever waits to try again does so until the stop.
  run = await AppRun.linked({ deadlines: { retry_ms: HOUR_MS, longest_retry_ms: HOUR_MS } })
}, BROWSER_INSTALL_MS)

afterAll(async () => {
  await run[Symbol.asyncDispose]()
})

interface State {
  readonly name: string
  /** Brings a DeniDin that is ready, or one that is just opened, into the state. */
  readonly begin: () => Promise<unknown> | void
  readonly from: 'ready' | 'opened'
  /** Makes the next start able to get ready. */
  readonly end?: () => Promise<void> | void
  /** The next start shows a code. */
  readonly unlinked?: true
}

const STATES: readonly State[] = [
  { name: 'starting', from: 'opened', begin: () => undefined },
  {
    name: 'loading its messages',
    from: 'opened',
    begin: async () => {
      run.fake.sync = 'never'
      await run.fake.journal.next('logged_in')
    },
    end: () => {
      run.fake.sync = 'when_listened'
    },
  },
  {
    name: 'waiting to try again',
    from: 'opened',
    begin: async () => {
      run.fake.networkDown()
      await run.reached('degraded')
    },
    end: () => {
      run.fake.networkUp()
    },
  },
  {
    name: 'blocked',
    from: 'opened',
    begin: async () => {
      run.fake.block = 'TOS_BLOCK'
      await run.reached('action_required')
    },
    end: () => {
      run.fake.block = undefined
    },
  },
  { name: 'ready', from: 'ready', begin: () => undefined },
  {
    name: 'without its servers',
    from: 'ready',
    begin: async () => {
      run.fake.networkDown()
      await run.reached('degraded')
    },
    end: () => {
      run.fake.networkUp()
    },
  },
  {
    name: 'hanging',
    from: 'ready',
    begin: async () => {
      run.fake.hang(HOUR_MS)
      await run.reached('degraded')
    },
  },
  {
    name: 'loading its page anew',
    from: 'ready',
    begin: async () => {
      run.fake.reload()
      await run.reached('degraded')
    },
  },
  {
    name: 'showing a code',
    from: 'ready',
    begin: async () => {
      run.fake.unlink()
      await run.reached('qr')
    },
    unlinked: true,
  },
  {
    name: 'linking',
    from: 'ready',
    begin: async () => {
      run.fake.sync = 'never'
      run.fake.unlink()
      await run.reached('qr')
      run.fake.scan()
      await run.reached('linking')
    },
    end: () => {
      run.fake.sync = 'when_listened'
    },
  },
]

/** The next start: some people write while DeniDin is closed, and in the end all have been answered. */
const goOn = async (
  callers: readonly Caller[],
  away: readonly Caller[],
  state: Pick<State, 'end' | 'unlinked'>,
): Promise<void> => {
  expect(await run.browsers()).toEqual([])
  expect(run.states.all.slice(-2).map(({ state }) => state)).toEqual(['stopping', 'stopped'])
  for (const each of away) each.says('where are you?')
  run.states.skip()
  await state.end?.()
  await run.denidin.open()
  if (state.unlinked) await run.link()
  else await run.reached('ready')
  await Promise.all(callers.map(each => each.hears('where are you?')))
  await Promise.all(callers.map(each => each.talks('and now?')))
}

test.each(STATES)('a stop while it is $name loses nothing that was said', async state => {
  const [ana, bob] = [run.caller('Ana'), run.caller('Bob')] as const
  await Promise.all([ana.talks('good morning'), bob.talks('good morning')])
  await run.settled(ana, bob)
  const model = run.holdModel()
  if (state.from === 'opened') {
    await run.denidin.close()
    run.skip()
    // The next answer is for whoever is answered first afterwards.
    model.release()
    await run.denidin.open()
    await state.begin()
    ana.says('where are you?')
  } else {
    ana.says('where are you?')
    await model.arrived
    run.skip()
    await state.begin()
  }
  const closed = run.denidin.close()
  model.release()
  await closed
  await goOn([ana, bob], [bob], state)
  await whole(run, [ana, bob])
})

test('a stop while an answer is on its way waits for what becomes of it', async () => {
  const [ana, bob, carl] = [run.caller('Ana'), run.caller('Bob'), run.caller('Carl')] as const
  const everybody = [ana, bob, carl]
  await Promise.all(everybody.map(each => each.talks('good morning')))
  await run.settled(...everybody)
  run.skip()
  run.fake.acks = 'withheld'
  ana.says('is it on its way?')
  bob.says('and mine?')
  const [confirmed] = await Promise.all([ana.hears('is it on its way?'), bob.hears('and mine?')])
  run.fake.acks = 'given'
  const closed = run.denidin.close()
  run.fake.ack(confirmed.key, 1)
  await closed
  await goOn(everybody, everybody, {})
  await whole(run, everybody, { unconfirmed: ['Bob: and mine?'] })
})
