// What is said while nobody listens: found by the real library in a real browser, in chats whose older messages have to be
// loaded.
import { beforeAll, expect, test } from '@jest/globals'
import type { BackfilledChat } from '../../src/channels/channel.ts'
import { LoginRecord } from '../../src/channels/whatsapp/login-record.ts'
import { ANA } from '../support/fake-whatsapp/both-sides.ts'
import { ChannelRun, type ChannelRunOptions } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'
import { until } from '../support/until.ts'

const BEN = '15551230002@c.us'
const GROUP = '120363000000000001@g.us'

beforeAll(testBrowser, BROWSER_INSTALL_MS)

/** A channel that was linked, heard these and was stopped; what comes from now on gives no event. */
const away = async (
  fake: FakeWhatsApp,
  said: readonly string[],
  options: ChannelRunOptions = {},
): Promise<ChannelRun> => {
  const run = await ChannelRun.linked(fake, options)
  for (const text of said) fake.receive({ from: ANA, text })
  await until(() => said.every(text => run.messages.all.some(message => message.text === text)))
  await run.channel.stop()
  run.skip()
  fake.arrivals = 'unheard'
  return run
}

/** The channel starts again; resolves with what it found in Ana's chat. */
const back = async (run: ChannelRun): Promise<readonly string[]> => {
  await run.start()
  return textsOf(await run.missed.next(({ chat_id }) => chat_id === ANA))
}

/** New words, and whose they are; those that were heard before stand before them, for what may have happened to them. */
const textsOf = ({ said }: BackfilledChat): readonly string[] =>
  said.map(({ by, message }) => (by === 'person' ? message.text : `own: ${message.text}`))

test('what was said meanwhile is found though the owner has read it, as one, however much has to be loaded', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await away(fake, ['before'])
  const texts = Array.from({ length: 11 }, (_, n) => `message ${String(n)}`)
  for (const text of texts) fake.receive({ from: ANA, text })
  fake.receive({ from: BEN, text: 'Ben too' })
  fake.read(ANA)
  expect(await back(run)).toEqual(['before', ...texts])
  const ben = await run.missed.next(({ chat_id }) => chat_id === BEN)
  expect(textsOf(ben)).toEqual(['Ben too'])
  expect(run.missed.all.filter(({ said }) => said.length > 0)).toHaveLength(run.missed.all.length)
})

test('what the owner wrote meanwhile is told in its place, what we sent is not, and nothing from before the link', async () => {
  await using fake = await FakeWhatsApp.start()
  fake.receive({ from: ANA, text: 'years ago', t: 1_600_000_000 })
  await using run = await ChannelRun.linked(fake)
  fake.receive({ from: ANA, text: 'hello' })
  await run.messages.next()
  await run.channel.send(ANA, 'hello from the bot', {})
  await run.channel.stop()
  run.skip()
  fake.arrivals = 'unheard'
  fake.receive({ from: ANA, text: 'can I come?' })
  fake.receive({ from: ANA, text: 'yes', from_me: true })
  fake.receive({ from: ANA, text: 'which day?' })
  expect(await back(run)).toEqual(['hello', 'can I come?', 'own: yes', 'which day?'])
})

test('an edit and a deletion of while nobody listened are told of what is read', async () => {
  await using fake = await FakeWhatsApp.start()
  const edited: unknown[] = []
  const deleted: string[] = []
  const changes = {
    edited: async (change: { message_id: string; text: string }) => {
      edited.push(change)
    },
    deleted: async (message_id: string) => {
      deleted.push(message_id)
    },
  }
  await using run = await away(fake, ['five o clok', 'my code is 4711'], { changes })
  const [first = '', second = ''] = run.messages.all.map(message => message.message_id)
  fake.change(first, { body: 'five o’clock', latestEditSenderTimestampMs: 1 })
  fake.change(second, { type: 'revoked', body: undefined })
  fake.receive({ from: ANA, text: 'are you there?' })
  expect(await back(run)).toEqual(['five o’clock', 'are you there?'])
  await until(() => deleted.length > 0)
  expect(edited).toEqual([{ message_id: first, text: 'five o’clock' }])
  expect(deleted).toEqual([second])
})

test('a chat in which nothing was said since it was heard is not read; one that stands as unread is', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await away(fake, ['before'])
  for (const from of [ANA, BEN]) {
    fake.receive({ from, text: 'heard' })
    run.heard.set(from, Date.now())
  }
  fake.read(ANA)
  fake.receive({ from: ANA, group: GROUP, text: 'a group' })
  const earlier = run.missed.all.length
  await run.start()
  await until(() => run.missed.all.length >= earlier + 2)
  const read = run.missed.all.slice(earlier).map(({ chat_id }) => chat_id)
  expect(read.sort()).toEqual([GROUP, BEN])
})

test('what came unheard while the page was loaded anew is found', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake)
  fake.arrivals = 'unheard'
  fake.reload()
  await run.reached('degraded')
  await fake.journal.next('left')
  fake.receive({ from: ANA, text: 'during the reload' })
  await run.messages.next(({ text }) => text === 'during the reload')
  fake.receive({ from: ANA, text: 'after it' })
  await run.messages.next(({ text }) => text === 'after it')
})

test('what came garbled while nobody listened and stays so is told of as unreadable', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await away(fake, ['before'])
  run.heard.clear()
  const t = Math.floor(Date.now() / 1000)
  const linked_at = t - 600
  await new LoginRecord(run.login_dir).setLinkedAt(linked_at * 1000)
  fake.receive({ from: BEN, type: 'ciphertext', t: t - 300 })
  await run.start()
  expect(await run.messages.next(({ chat_id }) => chat_id === BEN)).toMatchObject({ unreadable: true, text: '' })
})
