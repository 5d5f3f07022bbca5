/** `/restart` in WhatsApp itself: the connection begins again in a new browser, and whoever writes meanwhile is answered once. */
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { GODFATHER } from '../support/denidin.ts'
import { AppRun, type Caller } from '../support/fake-whatsapp/app-run.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'

const TIMEOUT_MS = 120_000
const ADMINISTRATOR = `${GODFATHER}@c.us`
/** New people who write while the connection is away. */
const MOST_CALLERS = 12

let run: AppRun

beforeAll(async () => {
  await testBrowser()
  run = await AppRun.linked()
}, BROWSER_INSTALL_MS)

afterAll(async () => {
  await run[Symbol.asyncDispose]()
})

/** The godfather writes; resolves when the phone has an answer like this. */
const godfather = async (text: string, answer: RegExp): Promise<void> => {
  run.fake.receive({ from: ADMINISTRATOR, text, name: 'Godfather' })
  await run.fake.journal.next('sent', ({ message }) => message.chat === ADMINISTRATOR && answer.test(message.body))
}

/** Messages that wait, or whose answer did not certainly arrive. */
const unanswered = (): readonly unknown[] => {
  using database = new DatabaseSync(run.denidin.data('denidin.db'), { readOnly: true })
  return [
    ...database.prepare(`select message_id, state from inbox where state <> 'answered'`).all(),
    ...database.prepare(`select outbox_id, state from outbox where state <> 'sent'`).all(),
  ]
}

test(
  'the godfather restarts WhatsApp in the chat; who writes at any moment of it is answered once',
  async () => {
    const [ana, bob] = [run.caller('Ana'), run.caller('Bob')]
    await Promise.all([ana.talks('good morning'), bob.talks('good morning')])
    await run.settled(ana, bob)
    const [old_browser] = await run.browsers()
    const answers = run.denidin.models.of('completion').length
    run.skip()

    // Of a client it is not a command: nothing happens.
    run.fake.receive({ from: ana.chat_id, text: '/restart', name: 'Ana' })
    await run.fake.journal.next('sent', ({ message }) => message.chat === ana.chat_id)
    await godfather('/restart', /^Shall I close my connection/)
    expect(run.states.all.at(-1)?.state).toBe('ready')
    const held = run.holdModel()
    bob.says('are you still there?')
    await held.arrived
    await godfather('yes', /^I am restarting my connection/)

    const callers: Caller[] = []
    const begun = run.states.all.length
    const isBackAgain = (): boolean => run.states.all.slice(begun).some(({ state }) => state === 'ready')
    while (!isBackAgain()) {
      if (callers.length < MOST_CALLERS && run.states.all.length > begun) {
        const caller = run.caller(`Caller ${String(callers.length)}`)
        callers.push(caller)
        caller.says('is this the moment?')
        held.release()
      }
      await run.denidin.clock.sleep(20)
    }
    held.release()
    await Promise.all([...callers.map(each => each.hears('is this the moment?')), bob.hears('are you still there?')])
    expect(callers.length).toBeGreaterThan(1)

    const [browser, ...others] = await run.browsers()
    expect(others).toEqual([])
    expect(browser).not.toBe(old_browser)
    expect(run.states.all.slice(begun).map(({ state }) => state)).not.toContain('qr')
    await Promise.all([ana.talks('and now?'), bob.talks('and now?')])
    await run.settled(ana, bob, ...callers)
    expect(unanswered()).toEqual([])
    for (const { chat_id } of [ana, bob, ...callers]) {
      const heard = run.fake.sent.filter(({ chat }) => chat === chat_id).map(({ body }) => body)
      expect(heard).toEqual([...new Set(heard)])
      const written = run.fake.said.filter(each => !each.from_me && each.chat === chat_id)
      expect(heard).toHaveLength(written.length)
    }
    const asked = run.denidin.models.of('completion').length - answers
    expect(asked).toBe(callers.length + 3)
  },
  TIMEOUT_MS,
)
