// The real library in a real page: what WhatsApp lists again is known, under whatever address, and a chat for which the
// page makes no message is answered under the other address or shown as dead.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { AppRun } from '../support/fake-whatsapp/app-run.ts'
import { BROWSER_INSTALL_MS } from '../support/fake-whatsapp/test-browser.ts'
import { until } from '../support/until.ts'

const PHONE = '15551230002@c.us'
const LID = '777000111222333@lid'
const GROUP = '120363000000000001@g.us'
const ANA = '15551230001@c.us'

let run: AppRun

beforeEach(async () => {
  run = await AppRun.linked({ fake: { contacts: [{ id: LID, phone: PHONE, pushname: 'Bob' }] } })
}, BROWSER_INSTALL_MS)

afterEach(async () => {
  await run[Symbol.asyncDispose]()
})

/** Somebody writes; resolves with the next message of ours in that chat. */
const say = async (text: string, from = PHONE, group?: string): Promise<string> => {
  const chat = group ?? from
  run.fake.journal.skip()
  const mention = { text: `@${run.fake.me.phone.replace(/@.*/, '')} ${text}`, mentions: [run.fake.me.phone] }
  run.fake.receive({ from, ...(group === undefined ? { text } : { group, ...mention }) })
  const { message } = await run.fake.journal.next('sent', each => each.message.chat === chat)
  await run.denidin.app.conversation.whenIdle(chat)
  return message.body
}

const caughtUp = (): number =>
  run.denidin.log.lines.filter(({ message }) => message === 'Caught up with messages that arrived meanwhile').length

/** Loads the page again; resolves when everything that it lists is dealt with. */
const reload = async (): Promise<void> => {
  const before = caughtUp()
  run.skip()
  run.fake.reload()
  await run.reached('ready')
  await until(() => caughtUp() !== before)
  for (const chat of [PHONE, LID, GROUP, ANA]) await run.denidin.app.conversation.whenIdle(chat)
}

const restart = async (): Promise<void> => {
  const before = caughtUp()
  await run.restart()
  await until(() => caughtUp() !== before)
}

const pauses = async (): Promise<unknown> =>
  await run.denidin.app.runner.run('chat.pauses', {}, { caller: { transport: 'cli', level: 'operator' } })

test('after an erasure, neither a restart nor a reload nor another address brings anything back', async () => {
  await say('my cat is Tom')
  expect(await say('what is my cat called?', PHONE, GROUP)).toContain('You said')
  await say('/forget last')
  await restart()
  expect(await say('my dog is Rex')).toBe('You said: my dog is Rex')
  await say('/forget all')
  expect(await say('yes')).toMatch(/forgotten/i)
  const sent = run.fake.sent.length
  await reload()
  run.fake.move(PHONE, LID)
  await reload()
  expect(run.fake.sent).toHaveLength(sent)
  expect(await pauses()).toEqual({ pauses: [] })
  expect((await run.denidin.app.traffic()).messages).toBe(0)
  expect(await say('hello?', LID)).toBe('You said: hello?')
  expect(await say('and here?', LID, GROUP)).toContain('and here?')
  expect(run.denidin.lastRequest()).not.toMatch(/Tom|Rex/)
})

test('a chat that moves to a LID goes on under it, edits and deletions included', async () => {
  run.fake.journal.skip()
  const { id } = run.fake.receive({ from: PHONE, text: 'my cat is Tom' })
  await run.fake.journal.next('sent')
  await run.denidin.app.conversation.whenIdle(PHONE)
  run.fake.move(PHONE, LID)
  await reload()
  expect((await run.denidin.app.traffic()).messages).toBe(2)
  run.fake.change(`false_${LID}_${id}`, { type: 'revoked', body: undefined })
  expect(await say('who is my cat?', LID)).toBe('You said: who is my cat?')
  await until(async () => (await run.denidin.app.traffic()).messages <= 3)
  expect(await pauses()).toEqual({ pauses: [] })
})

test('where the page makes no message, the other address is tried, and nothing counts as unconfirmed', async () => {
  await say('my cat is Tom')
  const held = run.holdModel()
  run.fake.receive({ from: PHONE, text: 'who is my cat?' })
  await held.arrived
  run.fake.unreachable(PHONE)
  run.fake.journal.skip()
  held.release()
  const { message } = await run.fake.journal.next('sent')
  expect(message).toMatchObject({ chat: LID, body: 'You said: who is my cat?' })
  await run.denidin.app.conversation.whenIdle(PHONE)
  const { outbox } = await run.denidin.app.traffic()
  expect(outbox).toMatchObject({ unconfirmed: 0, held: 0, sent: 2 })
})

test('a chat without any address that works is dead, shows in the status, and is tried again at the next link', async () => {
  await say('my cat is Tom', ANA)
  const held = run.holdModel()
  run.fake.receive({ from: ANA, text: 'who is my cat?' })
  await held.arrived
  run.fake.unreachable(ANA)
  held.release()
  await until(async () => (await run.part('delivery'))?.state === 'degraded')
  expect(await say('hello?')).toBe('You said: hello?')
  expect(await run.part('delivery')).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('No LID for user'),
  })
  expect((await run.denidin.app.traffic()).outbox.unconfirmed).toBe(0)
  await run.denidin.close()
  run.fake.unreachable()
  run.skip()
  await run.denidin.open()
  const { message } = await run.fake.journal.next('sent')
  expect(message).toMatchObject({ chat: ANA, body: 'You said: who is my cat?' })
})
