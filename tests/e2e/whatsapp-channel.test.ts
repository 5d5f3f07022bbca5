import { readdir, readFile } from 'node:fs/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { ChannelRun } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'

// The real whatsapp-web.js in a real Chromium, against our own page.

const ANA = '15551230001@c.us'
const BOB = { id: '777000111222333@lid', phone: '15551230002@c.us', pushname: 'bob', username: 'Bob.1' }
const GROUP = '120363000000000001@g.us'

beforeAll(testBrowser, BROWSER_INSTALL_MS)

test('a new code is shown for every QR code, and scanning it links the account', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.make(fake)
  await run.start()
  const first = await run.qrs.next()
  fake.rotateQr()
  await run.qrs.next(text => text !== first)
  await expect(run.channel.health()).resolves.toMatchObject({ state: 'down' })
  fake.scan()
  await run.reached('ready')
  await expect(run.channel.health()).resolves.toMatchObject({ state: 'ok' })
  expect(run.states.all.map(state => state.state)).toEqual(['starting', 'qr', 'linking', 'ready'])
  expect(run.readies).toBe(1)
})

test('a message is answered in its chat, after it was shown as read and while typing was shown', async () => {
  await using fake = await FakeWhatsApp.start({ contacts: [{ id: ANA, name: 'Ana Silva' }] })
  await using run = await ChannelRun.linked(fake)
  const sent = fake.receive({ from: ANA, text: 'hello', name: 'Ana', t: 1_795_000_000 })
  const message = await run.messages.next()
  expect(message).toMatchObject({
    message_id: `false_${ANA}_${sent.id}`,
    chat_id: ANA,
    chat_kind: 'direct',
    sender: { identities: [{ kind: 'phone', value: '15551230001' }], name: 'Ana' },
    text: 'hello',
    sent_at: 1_795_000_000_000,
    addressed: true,
    may_continue: true,
  })
  await run.channel.seen(message.chat_id)
  await fake.journal.next('seen', ({ chat }) => chat === ANA)
  const delivery = await (async () => {
    await using _typing = await run.channel.typing(message.chat_id)
    await fake.journal.next('chat_state', ({ chat, state }) => chat === ANA && state === 'composing')
    return await run.channel.send(message.chat_id, 'Good morning, Ana.', { reply_to: message.message_id })
  })()
  await fake.journal.next('chat_state', ({ state }) => state === 'paused')
  const { message: reply } = await fake.journal.next('sent')
  expect(reply).toMatchObject({ chat: ANA, body: 'Good morning, Ana.' })
  // In a direct chat an answer stands by itself.
  expect(reply.quoted).toBeUndefined()
  expect(delivery).toEqual({ outcome: 'sent', message_id: reply.key })
})

test('a person counts as a contact if the phone has them in its address book', async () => {
  await using fake = await FakeWhatsApp.start({ contacts: [{ id: ANA, name: 'Ana Silva' }, BOB] })
  await using run = await ChannelRun.linked(fake)
  for (const from of [ANA, BOB.id]) {
    fake.receive({ from, text: 'hello', name: 'someone' })
    await run.messages.next(message => message.chat_id === from)
  }
  await expect(run.channel.isContact?.(['15551239999@c.us', ANA])).resolves.toBe(true)
  // A name that they chose themselves is no entry of the address book.
  await expect(run.channel.isContact?.([BOB.id, BOB.phone])).resolves.toBe(false)
  await expect(run.channel.isContact?.(['15551239999@c.us'])).resolves.toBe(false)
})

test('a restart that is asked for opens the connection again, without a code', async () => {
  await using fake = await FakeWhatsApp.start({ contacts: [{ id: ANA, name: 'Ana Silva' }] })
  await using run = await ChannelRun.settled(fake)
  const before = { readies: run.readies, qrs: run.qrs.all.length, browsers: await run.browsers() }
  await run.channel.restart?.()
  await run.states.next(({ state }) => state !== 'ready')
  await run.reached('ready')
  expect(run.readies).toBe(before.readies + 1)
  expect(run.qrs.all).toHaveLength(before.qrs)
  expect(await run.browsers()).not.toEqual(before.browsers)
  fake.receive({ from: ANA, text: 'hello again', name: 'Ana' })
  await run.messages.next(({ text }) => text === 'hello again')
})

test('a pairing code is shown instead of a QR code when a phone number is configured', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.make(fake, { pairing_phone: '15550009999' })
  await run.start()
  const code = await run.pairing_codes.next()
  expect(fake.journal.all('pairing')).toEqual([{ kind: 'pairing', phone: '15550009999' }])
  fake.enterPairingCode(code)
  await run.reached('ready')
  expect(run.qrs.all).toEqual([])
})

test('in a group only a mention and an answer to the bot are addressed to it', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.linked(fake)
  fake.receive({ from: ANA, group: GROUP, text: 'lunch?', id: 'A1' })
  expect(await run.messages.next(({ text }) => text === 'lunch?')).toMatchObject({
    chat_id: GROUP,
    chat_kind: 'group',
    addressed: false,
    sender: { identities: [{ kind: 'phone', value: '15551230001' }] },
  })
  fake.receive({ from: ANA, group: GROUP, text: '@15550009999 where is lunch?', mentions: [fake.me.phone] })
  expect(await run.messages.next(({ text }) => text === 'where is lunch?')).toMatchObject({ addressed: true })
  fake.receive({ from: ANA, group: GROUP, text: 'and you @900000000009999?', mentions: [fake.me.lid] })
  expect(await run.messages.next(({ text }) => text === 'and you?')).toMatchObject({ addressed: true })
  fake.receive({ from: ANA, group: GROUP, text: '@15551230009 too', mentions: ['15551230009@c.us'] })
  expect(await run.messages.next(({ text }) => text === '@15551230009 too')).toMatchObject({ addressed: false })
  fake.receive({ from: ANA, group: GROUP, text: 'why?', quoted: { id: 'X', body: 'no', author: fake.me.phone } })
  expect(await run.messages.next(({ text }) => text === 'why?')).toMatchObject({ addressed: true })
  fake.receive({ from: ANA, group: GROUP, text: 'right', quoted: { id: 'A1', body: 'lunch?', author: ANA } })
  expect(await run.messages.next(({ text }) => text === 'right')).toMatchObject({ addressed: false })
})

test('an answer in a group quotes the message that it answers', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.linked(fake)
  const asked = fake.receive({ from: ANA, group: GROUP, text: '@15550009999 hi', mentions: [fake.me.phone] })
  const { message_id } = await run.messages.next()
  const delivery = await run.channel.send(GROUP, 'Hello all.', { reply_to: message_id })
  const { message } = await fake.journal.next('sent')
  expect(message).toMatchObject({ chat: GROUP, quoted: { id: asked.id, body: '@15550009999 hi' } })
  expect(delivery).toEqual({ outcome: 'sent', message_id: message.key })
})

test('a person known by a LID is named by all names and answered in the chat of the LID', async () => {
  await using fake = await FakeWhatsApp.start({ contacts: [BOB] })
  await using run = await ChannelRun.linked(fake)
  fake.receive({ from: BOB.id, text: 'hi', name: 'bob' })
  const message = await run.messages.next()
  expect(message).toMatchObject({
    chat_id: BOB.id,
    sender: {
      identities: [
        { kind: 'lid', value: '777000111222333' },
        { kind: 'phone', value: '15551230002' },
        { kind: 'username', value: 'bob.1' },
      ],
    },
  })
  await run.channel.send(message.chat_id, 'hello', {})
  expect((await fake.journal.next('sent')).message.chat).toBe(BOB.id)
})

test('a person whose other name WhatsApp does not tell in time is known by the one name', async () => {
  await using fake = await FakeWhatsApp.start({ lookups: 'stuck' })
  await using run = await ChannelRun.linked(fake, { deadlines: { identify_ms: 50 } })
  fake.receive({ from: '888000@lid', text: 'hi' })
  expect((await run.messages.next()).sender.identities).toEqual([{ kind: 'lid', value: '888000' }])
})

test('messages are read and answered where the site has renamed the ids', async () => {
  await using fake = await FakeWhatsApp.start({ ids: 'renamed' })
  await using run = await ChannelRun.linked(fake)
  const sent = fake.receive({ from: ANA, text: 'hello' })
  const message = await run.messages.next()
  expect(message.message_id).toBe(`false_${ANA}_${sent.id}`)
  const delivery = await run.channel.send(ANA, 'hi', {})
  expect(delivery).toEqual({ outcome: 'sent', message_id: (await fake.journal.next('sent')).message.key })
  const asked = fake.receive({ from: ANA, group: GROUP, text: '@15550009999 hi', mentions: [fake.me.phone] })
  const { message_id } = await run.messages.next(({ chat_kind }) => chat_kind === 'group')
  await run.channel.send(GROUP, 'hi', { reply_to: message_id })
  const { message: answer } = await fake.journal.next('sent', each => each.message.chat === GROUP)
  expect(answer.quoted?.id).toBe(asked.id)
})

test('only what people write is a message', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.linked(fake)
  for (const type of ['e2e_notification', 'call_log', 'protocol', 'revoked', 'sticker', 'notification_template']) {
    fake.receive({ from: ANA, type, text: type })
  }
  fake.receive({ from: 'status@broadcast', text: 'a status' })
  fake.receive({ from: '120363000000000009@newsletter', text: 'news' })
  fake.receive({ from: ANA, text: 'typed on the phone', from_me: true })
  const picture = { content: Buffer.from('picture'), type: 'image/jpeg' }
  fake.receive({ from: ANA, type: 'image', text: 'BASE64PREVIEW', media: picture })
  fake.receive({ from: ANA, type: 'image', text: 'BASE64PREVIEW', media: picture, attributes: { caption: 'look' } })
  fake.receive({ from: ANA, text: 'the end' })
  await run.messages.next(({ text }) => text === 'the end')
  expect(run.messages.all.map(({ text, details }) => [text, details?.attachment?.kind])).toEqual([
    ['', 'sticker'],
    ['', 'picture'],
    ['look', 'picture'],
    ['the end', undefined],
  ])
})

test('a message that no server acknowledges is unconfirmed, one that is refused was not sent', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.linked(fake, { deadlines: { confirm_ms: 1000 } })
  fake.acks = 'withheld'
  const delivery = await run.channel.send(ANA, 'hi', {})
  const [first] = fake.sent
  expect(delivery).toMatchObject({ outcome: 'unconfirmed', message_id: first?.key })
  fake.journal.skip()
  const refused = run.channel.send(ANA, 'hi again', {})
  fake.ack((await fake.journal.next('sent')).message.key, -1)
  await expect(refused).resolves.toMatchObject({ outcome: 'not_sent' })
})

test('after a stop no browser is left; a new start needs no code and finds what came meanwhile', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.linked(fake)
  expect(await processesNaming(run.data_dir)).not.toEqual([])
  await run.channel.stop()
  expect(await processesNaming(run.data_dir)).toEqual([])
  await expect(run.channel.health()).resolves.toMatchObject({ state: 'off' })
  await expect(run.channel.send(ANA, 'hi', {})).resolves.toMatchObject({ outcome: 'not_sent' })
  fake.receive({ from: ANA, text: 'long ago', t: 1_600_000_000 })
  fake.receive({ from: ANA, text: 'while you were away' })
  run.states.skip()
  await run.start()
  await run.reached('ready')
  await run.messages.next(({ text }) => text === 'while you were away')
  expect(run.qrs.all).toHaveLength(1)
  expect(run.messages.all.map(({ text }) => text)).not.toContain('long ago')
})

test('a stop waits for the message that is on its way, and takes no more', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.linked(fake)
  fake.acks = 'withheld'
  const sending = run.channel.send(ANA, 'one moment', {})
  const { message } = await fake.journal.next('sent')
  const stopped = run.channel.stop()
  await expect(run.channel.send(ANA, 'too late', {})).resolves.toMatchObject({ outcome: 'not_sent' })
  fake.ack(message.key, 1)
  await expect(sending).resolves.toEqual({ outcome: 'sent', message_id: message.key })
  await stopped
})

/** Ids of processes on whose command line `word` stands. */
const processesNaming = async (word: string): Promise<number[]> => {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    if (line.includes(word)) found.push(Number(name))
  }
  return found
}
