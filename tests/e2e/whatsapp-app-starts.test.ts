import { rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { AppRun, type Caller } from '../support/fake-whatsapp/app-run.ts'
import type { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'
import { whole } from '../support/fake-whatsapp/whole.ts'

// What can be wrong when the whole DeniDin starts, or the page does: who wrote before, and who writes while it lasts, is
// answered once. One DeniDin lives through all of it.

/** New people who write while a page gets ready. */
const MOST_CALLERS = 12

let run: AppRun

beforeAll(async () => {
  await testBrowser()
  run = await AppRun.linked({ deadlines: { open_ms: 2000, ready_ms: 1500 } })
}, BROWSER_INSTALL_MS)

afterAll(async () => {
  await run[Symbol.asyncDispose]()
})

/** Two people who have talked to the bot before. */
const two = async (): Promise<readonly [Caller, Caller]> => {
  const [ana, bob] = [run.caller('Ana'), run.caller('Bob')] as const
  await Promise.all([ana.talks('good morning'), bob.talks('good morning')])
  await run.settled(ana, bob)
  return [ana, bob]
}

/** Puts something that can be no folder in the place of one. Nobody can make a folder there, not even root. */
const inTheWay = (path: () => string): Pick<Fault, 'begin' | 'end'> => ({
  begin: async () => {
    await rename(path(), `${path()}.away`)
    await symlink('/proc/denidin', path())
  },
  end: async () => {
    await rm(path())
    await rename(`${path()}.away`, path())
  },
})

interface Fault {
  readonly name: string
  readonly begin: () => Promise<void> | void
  readonly end: () => Promise<void> | void
  readonly state: 'degraded' | 'action_required'
  readonly reason: RegExp
}

const FAULTS: readonly Fault[] = [
  {
    name: 'there is no network',
    begin: () => {
      run.fake.networkDown()
    },
    end: () => {
      run.fake.networkUp()
    },
    state: 'degraded',
    reason: /could not be opened/,
  },
  {
    name: 'the servers refuse',
    begin: () => {
      run.fake.web = 'refuses'
    },
    end: () => {
      run.fake.web = 'up'
    },
    state: 'degraded',
    reason: /could not be opened|Opening WhatsApp Web took longer|did not load/,
  },
  {
    name: 'nobody answers the login',
    begin: () => {
      run.fake.logins = 'ignored'
    },
    end: () => {
      run.fake.logins = 'answered'
    },
    state: 'degraded',
    reason: /took longer/,
  },
  {
    name: 'ready never comes',
    begin: () => {
      run.fake.sync = 'never'
    },
    end: () => {
      run.fake.sync = 'when_listened'
    },
    state: 'degraded',
    reason: /Getting ready took longer/,
  },
  {
    name: 'WhatsApp blocks the account',
    begin: () => {
      run.fake.block = 'TOS_BLOCK'
    },
    end: () => {
      run.fake.block = undefined
    },
    state: 'action_required',
    reason: /blocked this account/,
  },
  {
    name: 'message ids cannot be read',
    begin: () => {
      run.fake.ids = 'unreadable'
    },
    end: () => {
      run.fake.ids = 'plain'
    },
    state: 'action_required',
    reason: /ids cannot be read/,
  },
  {
    name: 'the folder of the login cannot be written to',
    ...inTheWay(() => run.login_dir),
    state: 'action_required',
    reason: /cannot be written to/,
  },
  {
    name: 'the profile in it cannot be written to',
    ...inTheWay(() => join(run.login_dir, 'session')),
    state: 'action_required',
    reason: /cannot be written to/,
  },
]

test.each(FAULTS)('while at the start $name nobody is answered, and afterwards everybody once', async fault => {
  const [ana, bob] = await two()
  await run.denidin.close()
  ana.says('where are you?')
  await fault.begin()
  const seen = run.fake.sent.length
  run.skip()
  await run.denidin.open()
  await run.reached(fault.state, fault.reason)
  bob.says('and you?')
  const part = await run.part('whatsapp')
  expect(part).toMatchObject({ detail: expect.stringMatching(fault.reason) })
  expect(['degraded', 'down']).toContain(part?.state)
  expect(run.fake.sent).toHaveLength(seen)
  await fault.end()
  await Promise.all([ana.hears('where are you?'), bob.hears('and you?')])
  await run.reached('ready')
  await Promise.all([ana.talks('and now?'), bob.talks('and now?')])
  await whole(run, [ana, bob])
})

test('a lock that a browser of another day left keeps nobody waiting', async () => {
  const [ana, bob] = await two()
  await run.denidin.close()
  const lock = join(run.login_dir, 'session', 'SingletonLock')
  await rm(lock, { force: true })
  await symlink('another-machine-4711', lock)
  ana.says('where are you?')
  run.skip()
  await run.denidin.open()
  await ana.hears('where are you?')
  await bob.talks('and you?')
  await whole(run, [ana, bob])
})

test('where the messages are there before the library listens, who wrote meanwhile is answered once', async () => {
  const [ana, bob] = await two()
  await run.denidin.close()
  run.fake.sync = 'early'
  ana.says('where are you?')
  run.skip()
  await run.denidin.open()
  await run.fake.journal.next('logged_in')
  bob.says('and you?')
  await Promise.all([ana.hears('where are you?'), bob.hears('and you?')])
  run.fake.sync = 'when_listened'
  await whole(run, [ana, bob])
})

test('who writes at any moment between the login and ready is answered once', async () => {
  const callers: Caller[] = []
  await run.denidin.close()
  run.skip()
  await run.denidin.open()
  await run.fake.journal.next('logged_in')
  const isReady = (): boolean => run.states.all.at(-1)?.state === 'ready'
  while (!isReady() && callers.length < MOST_CALLERS) {
    const caller = run.caller(`Caller ${String(callers.length)}`)
    callers.push(caller)
    caller.says('is this the moment?')
    await new Promise(resolve => setImmediate(resolve))
  }
  await run.reached('ready')
  await Promise.all(callers.map(each => each.hears('is this the moment?')))
  await whole(run, callers)
})

/** Loads the page anew; its message ids have this shape. */
const reload = async (ids: FakeWhatsApp['ids']): Promise<void> => {
  run.fake.ids = ids
  run.skip()
  run.fake.reload()
  await run.reached('ready')
}

test.each<[string, () => Promise<void>]>([
  [
    'ready is said again',
    async () => {
      const before = run.states.all.length
      for (let again = 0; again < 3; again++) run.fake.syncAgain()
      await run.caller('Somebody').talks('am I heard?')
      expect(run.states.all).toHaveLength(before)
    },
  ],
  ['the page is loaded anew with renamed ids', () => reload('renamed')],
  ['the page is loaded anew with ids as before', () => reload('plain')],
])('when %s nobody is heard or answered twice', async (_, act) => {
  const [ana, bob] = await two()
  const model = run.holdModel()
  ana.says('do you think about it?')
  await model.arrived
  await act()
  await bob.talks('and you?')
  await act()
  model.release()
  await ana.hears('do you think about it?')
  await act()
  await Promise.all([ana.talks('and now?'), bob.talks('and now?')])
  await whole(run, [ana, bob])
})

test('who talks while session.json cannot be written is answered, and the file follows', async () => {
  const [ana, bob] = await two()
  const { begin, end } = inTheWay(() => run.denidin.data('sessions'))
  await begin()
  await ana.talks('do you hear me?')
  await bob.talks('and me?')
  await run.settled(ana, bob)
  expect(run.denidin.log.text('info')).toContain('could not save session')
  await end()
  await Promise.all([ana.talks('and now?'), bob.talks('and now?')])
  await whole(run, [ana, bob])
})
