// The real process told to end, or ended, in every state of WhatsApp: it goes, leaves nothing behind, and what was said
// is answered by the next start.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { SECOND_MS, systemClock } from '../../src/platform/clock.ts'
import { judgeCompany } from '../support/crash/kills.ts'
import { PhoneTalk, tellingModel } from '../support/crash/phone-talk.ts'
import { comeToRest, judge } from '../support/crash/verdict.ts'
import { BotRun } from '../support/fake-whatsapp/bot-run.ts'
import type { Life } from '../support/fake-whatsapp/life.ts'
import { BROWSER_INSTALL_MS } from '../support/fake-whatsapp/test-browser.ts'
import { hold } from '../support/model-server.ts'

const TIMEOUT_MS = 60_000
/** What docs/operations.md promises. */
const STOP_MS = 60 * SECOND_MS
const SETTLE_MS = 30 * SECOND_MS
const FORCED_EXIT_CODE = 130

let run: BotRun
let talk: PhoneTalk

beforeAll(async () => {
  run = await BotRun.make()
  run.models.always('completion', tellingModel())
  talk = new PhoneTalk(run.fake, { patience_ms: 0, pause_ms: () => 0 })
}, BROWSER_INSTALL_MS)

afterEach(() => {
  run.fake.sync = 'when_listened'
  run.fake.block = undefined
  run.fake.networkUp()
})

afterAll(async () => {
  await run[Symbol.asyncDispose]()
})

/** Starts the bot and comes to a state as its log tells it. */
const startUpTo = async (
  state: string,
  act: (life: Life) => Promise<unknown> = async () => undefined,
): Promise<Life> => {
  const from = run.logLength()
  const life = run.start()
  await act(life)
  await run.logs(new RegExp(`State of WhatsApp state=${state}`), from)
  return life
}

const scan = async (life: Life): Promise<void> => {
  await life.shows('code')
  run.fake.scan()
}

/** Each comes to its state; those in which the device is linked have a message of Ana on its way as well. */
const STATES: readonly (readonly [string, () => Promise<Life>])[] = [
  ['starting', () => startUpTo('starting')],
  [
    'qr',
    () => {
      run.fake.unlink()
      return startUpTo('qr')
    },
  ],
  [
    'linking',
    () => {
      run.fake.unlink()
      run.fake.sync = 'never'
      return startUpTo('linking', scan)
    },
  ],
  [
    'ready',
    async () => {
      const life = await startUpTo('ready')
      talk.write(undefined, 'talk', true)
      return life
    },
  ],
  [
    'degraded',
    async () => {
      const life = await startUpTo('ready')
      const from = run.logLength()
      run.fake.networkDown()
      await run.logs(/State of WhatsApp state=degraded/, from)
      talk.write()
      return life
    },
  ],
  [
    'action_required',
    async () => {
      run.fake.block = 'TOS_BLOCK'
      const life = await startUpTo('action_required')
      talk.write()
      return life
    },
  ],
]

/** A whole life in which everything that waits is answered; a code that is shown is scanned. */
const settleAndJudge = async (): Promise<void> => {
  const life = run.start()
  void scan(life).catch(() => undefined)
  expect(await life.up).toBeGreaterThan(0)
  await comeToRest(run, talk, SETTLE_MS)
  expect(await judgeCompany(run, life.pid)).toEqual([])
  expect(await life.end('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(judge(run, talk.said).faults).toEqual([])
}

/** Waits until nothing of the bot runs any more. */
const allGone = async (): Promise<void> => {
  while ((await run.leftovers()).length > 0) await systemClock.sleep(20)
}

test.each(STATES)(
  'SIGTERM while WhatsApp is %s ends the process with 0 and leaves nothing running',
  async (_, reach) => {
    const life = await reach()
    const began = systemClock.now()
    expect(await life.end('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(systemClock.now() - began).toBeLessThan(STOP_MS)
    expect(await run.leftovers()).toEqual([])
    run.fake.networkUp()
    run.fake.sync = 'when_listened'
    run.fake.block = undefined
    await settleAndJudge()
  },
  TIMEOUT_MS,
)

test(
  'SIGTERM while the model answers lets the answer go out first; a second one ends at once, and the next start answers',
  async () => {
    const held = hold(tellingModel())
    run.models.next('completion', held.answer)
    const life = await startUpTo('ready')
    talk.write()
    await held.arrived
    const sent = run.fake.sent.length
    life.child.kill('SIGTERM')
    await life.prints(/^Stopping/m)
    held.release()
    expect(await life.ended).toEqual({ code: 0, signal: null })
    expect(run.fake.sent.length).toBe(sent + 1)
    expect(await run.leftovers()).toEqual([])

    const never = hold(tellingModel())
    run.models.next('completion', never.answer)
    const second = await startUpTo('ready')
    talk.write()
    await never.arrived
    second.child.kill('SIGTERM')
    await second.prints(/^Stopping/m)
    expect(await second.end('SIGTERM')).toEqual({ code: FORCED_EXIT_CODE, signal: null })
    await allGone()
    await settleAndJudge()
  },
  TIMEOUT_MS,
)

test(
  'kill -9 while it is being linked costs a new code at the most',
  async () => {
    run.fake.unlink()
    run.fake.sync = 'never'
    const life = await startUpTo('linking', scan)
    await life.end('SIGKILL')
    await allGone()
    run.fake.sync = 'when_listened'
    talk.write()
    await settleAndJudge()
  },
  TIMEOUT_MS,
)
