// Whatever WhatsApp lists again after a command or an erasure is known: it is not recorded, answered, run or taken for
// the owner's words.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { BackfilledChat, OwnerMessage } from '../../src/channels/channel.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'
import { TestDenidin } from '../support/denidin.ts'

const ANA = '15550001111@c.us'
const GROUP = '120363000000000001@g.us'

let denidin: TestDenidin
/** What the phone holds of all chats, oldest first. */
let phone: BackfilledChat['said'][number][]

beforeEach(async () => {
  denidin = await TestDenidin.start({ memory: { longterm: { enabled: false } } })
  phone = []
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const other = { identities: [{ kind: 'phone', value: '15550001111' }] } as const

/** Somebody writes, and the phone keeps what is said on both sides. Resolves with the answer. */
const say = async (text: string, chat_id = ANA): Promise<string> => {
  const { channel, app } = denidin
  const before = channel.sent.length
  const message = await channel.deliver({ text, chat_id, sender: other, sent_at: denidin.clock.now() })
  phone.push({ by: 'person', message })
  await app.conversation.whenIdle(chat_id)
  const answers = channel.sent.slice(before)
  for (const [index, each] of answers.entries()) phone.push({ by: 'account', message: own(each.text, before + index) })
  return answers.map(each => each.text).join('\n')
}

/** The message of ours that was sent as the n-th. */
const own = (text: string, index: number): OwnerMessage => {
  const { channel, clock } = denidin
  const chat_id = channel.sent[index]?.chat_id ?? ''
  const direct = !chat_id.endsWith('@g.us')
  return {
    message_id: channel.sentIds[index] ?? '',
    chat_id,
    chat_kind: direct ? 'direct' : 'group',
    other: direct ? other : undefined,
    text,
    sent_at: clock.now(),
  }
}

/** WhatsApp lists the whole of every chat again. */
const listAgain = async (): Promise<void> => {
  const chats = Map.groupBy(phone, each => each.message.chat_id)
  for (const [chat_id, said] of chats) {
    await denidin.channel.events.backfilled({ chat_id, said, until: denidin.clock.now() })
    await denidin.app.conversation.whenIdle(chat_id)
  }
}

const restarted = async (): Promise<void> => {
  await denidin.restart()
  await listAgain()
}

/** How many messages are kept with their words. */
const kept = async (): Promise<number> => (await denidin.app.traffic()).messages

describe.each([
  ['a restart', restarted],
  ['a reload of the page', listAgain],
])('after %s', (_name, comeAgain) => {
  test.each([['/forget last'], ['/forget 1'], ['forget what I just said']])(
    '%s: the chat is answered, and nothing that went comes back',
    async command => {
      if (command === '/forget 1') await denidin.restart({})
      await say('my cat is Tom')
      if (command === '/forget 1') await say('/memory cat')
      await say(command)
      const before = await kept()
      await comeAgain()
      expect(await kept()).toBe(before)
      expect(await say('hello?')).toBe('You said: hello?')
      expect(denidin.lastRequest()).not.toContain('Tom')
    },
  )

  test('/forget all: nothing returns, no command runs again, and a yes later on is a word like any other', async () => {
    await say('my cat is Tom')
    await say('/remember my locker is 417')
    await say('/forget all')
    expect(await say('yes')).toMatch(/forgotten/i)
    const counts = denidin.models.counts.completion
    const sent = denidin.channel.sent.length
    await comeAgain()
    expect(denidin.models.counts.completion).toBe(counts)
    if (_name === 'a reload of the page') expect(denidin.channel.sent).toHaveLength(sent)
    else expect(denidin.channel.sent).toEqual([])
    expect(await say('my dog is Rex')).toBe('You said: my dog is Rex')
    expect(await say('yes')).toBe('You said: yes')
    expect(denidin.lastRequest()).toContain('Rex')
    expect(denidin.lastRequest()).not.toMatch(/Tom|417/)
    const { messages } = await denidin.app.traffic()
    expect(messages).toBe(4)
  })

  test('/forget all of one member does not silence the group', async () => {
    await say('my cat is Tom')
    expect(await say('what is my cat called?', GROUP)).toContain('You said')
    await say('/forget all')
    await say('yes')
    await comeAgain()
    expect(await say('and now?', GROUP)).toContain('and now?')
  })

  test('/reset, /privacy and an unknown command do not run again, and a refused message stays ours', async () => {
    denidin.channel.outcomes.push({
      outcome: 'not_sent',
      reason: 'refused',
      refused: 'after_acceptance',
      message_id: 'refused-1',
    })
    const told = say('my cat is Tom')
    await told
    phone.push({ by: 'account', message: { ...own('You said: my cat is Tom', 0), message_id: 'refused-1' } })
    for (const command of ['/privacy off', '/privacy on', '/reset', '/whatever']) await say(command)
    const sent = denidin.channel.sent.length
    await comeAgain()
    expect(denidin.channel.sent.slice(_name === 'a restart' ? 0 : sent)).toEqual([])
    expect(await say('hello?')).toBe('You said: hello?')
  })
})

test('what a person said before they had everything forgotten is forgotten also when it is found later', async () => {
  await say('my cat is Tom')
  await say('/forget all')
  await say('yes')
  const late: IncomingMessage = {
    message_id: 'late-1',
    chat_id: ANA,
    chat_kind: 'direct',
    sender: other,
    text: 'my locker is 417',
    sent_at: denidin.clock.now() - 60_000,
    addressed: true,
    may_continue: true,
  }
  phone.unshift({ by: 'person', message: late })
  phone.unshift({ by: 'account', message: { ...own('You said: 417', 0), message_id: 'late-2', sent_at: late.sent_at } })
  await restarted()
  expect(denidin.channel.sent).toEqual([])
  expect(await say('hello?')).toBe('You said: hello?')
  expect(denidin.lastRequest()).not.toContain('417')
})

test('words that the owner did write are theirs, after any erasure', async () => {
  await say('my cat is Tom')
  await say('/forget all')
  await say('yes')
  denidin.clock.forward(2000)
  await denidin.channel.events.ownerWrote({
    message_id: 'owner-1',
    chat_id: ANA,
    chat_kind: 'direct',
    other,
    text: 'I take it from here',
    sent_at: denidin.clock.now(),
  })
  expect(await say('hello?')).toBe('')
})

test('what is said right behind the yes to /forget all is kept and answered, whenever it arrives', async () => {
  for (let turns = 0; turns < 16; turns++) {
    const lion = `my lion is red ${String(turns)}`
    const chat_id = `155520${String(10_000 + turns)}@c.us`
    const sender = { identities: [{ kind: 'phone', value: chat_id.replace(/@.*/, '') }] } as const
    await denidin.say('my cat is Tom', { phone: chat_id.replace(/@.*/, '') })
    await denidin.say('/forget all', { phone: chat_id.replace(/@.*/, '') })
    const sent_at = denidin.clock.now()
    const yes = denidin.channel.deliver({ text: 'yes', chat_id, sender, sent_at })
    for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setImmediate(resolve))
    const said = denidin.channel.deliver({ text: lion, chat_id, sender, sent_at: sent_at + 1000 })
    await Promise.all([yes, said])
    await denidin.app.conversation.whenIdle(chat_id)
    const answers = denidin.channel.sent.filter(each => each.chat_id === chat_id).map(each => each.text)
    expect(answers.slice(-2)).toEqual([expect.stringMatching(/^Forgotten/), `You said: ${lion}`])
    expect(denidin.lastRequest()).not.toContain('Tom')
    expect(await denidin.say('and?', { phone: chat_id.replace(/@.*/, '') })).toContain('and?')
    expect(denidin.lastRequest()).toContain(lion)
  }
})
