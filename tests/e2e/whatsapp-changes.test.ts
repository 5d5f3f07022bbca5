// What happens to messages afterwards, and what the account's owner writes by hand: the real library, a real browser.
import { expect, test } from '@jest/globals'
import type { OwnerMessage, Reaction } from '../../src/channels/channel.ts'
import { ChannelRun } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { Heard } from '../support/fake-whatsapp/heard.ts'

const ANA = '15551230001@c.us'
const GROUP = '120363000000000001@g.us'
const TIMEOUT_MS = 60_000

class Changes {
  readonly edited = new Heard<{ message_id: string; text: string }>()
  readonly deleted = new Heard<string>()
  readonly reacted = new Heard<Reaction>()
  readonly owner = new Heard<OwnerMessage>()

  readonly events = {
    edited: async (change: { message_id: string; text: string }) => {
      this.edited.add(change)
    },
    deleted: async (message_id: string) => {
      this.deleted.add(message_id)
    },
    reacted: async (reaction: Reaction) => {
      this.reacted.add(reaction)
    },
    ownerWrote: async (message: OwnerMessage) => {
      this.owner.add(message)
    },
  }
}

test.each(['plain', 'renamed'] as const)(
  'an edit, a deletion and a reaction reach us with the id of their message (%s ids)',
  async ids => {
    await using fake = await FakeWhatsApp.start({ ids })
    const changes = new Changes()
    await using run = await ChannelRun.linked(fake, { changes: changes.events })
    fake.receive({ from: ANA, text: 'five o clok' })
    const { message_id } = await run.messages.next()
    fake.change(message_id, { body: 'five o’clock' })
    expect(await changes.edited.next()).toEqual({ message_id, text: 'five o’clock' })
    fake.change(message_id, { type: 'revoked', body: undefined })
    expect(await changes.deleted.next()).toBe(message_id)

    const delivery = await run.channel.send(ANA, 'Good.', {})
    const reply = (delivery as { message_id: string }).message_id
    fake.react(reply, ANA, '👍')
    expect(await changes.reacted.next()).toMatchObject({
      message_id: reply,
      sender: { identities: [{ kind: 'phone', value: '15551230001' }] },
      emoji: '👍',
    })
    fake.react(reply, ANA)
    expect(await changes.reacted.next(({ emoji }) => emoji === undefined)).toMatchObject({ message_id: reply })
    expect(changes.owner.all).toEqual([])
    // Looking for unread ones may bring the message once more, as the port allows; nothing else came as one.
    expect(new Set(run.messages.all.map(message => message.message_id))).toEqual(new Set([message_id]))
  },
  TIMEOUT_MS,
)

test(
  'the preview of a picture is no text and no edit; a new caption is an edit, and a caption may be taken away',
  async () => {
    await using fake = await FakeWhatsApp.start()
    const changes = new Changes()
    await using run = await ChannelRun.linked(fake, { changes: changes.events })
    const preview = '/9j/4AAQSkZJRgABAQAAAQABAAD'
    fake.receive({ from: ANA, type: 'image', text: preview, attributes: { caption: 'our dog' } })
    const { message_id, text } = await run.messages.next()
    expect(text).toBe('our dog')
    fake.receive({ from: ANA, type: 'location', text: preview, attributes: { loc: 'Haifa port', lat: 32.8, lng: 35 } })
    fake.change(message_id, { body: `${preview}/sharper` })
    fake.change(message_id, { directPath: '/media/1', body: `${preview}/sharpest` })
    fake.change(message_id, { caption: 'our dog Rex', latestEditSenderTimestampMs: 1 })
    expect(await changes.edited.next()).toMatchObject({ message_id, text: 'our dog Rex' })
    fake.change(message_id, { latestEditSenderTimestampMs: 2, caption: '' })
    // Looking for unread messages may bring an edit once more, as the port allows.
    expect(await changes.edited.next(change => change.text === '')).toMatchObject({ message_id })
    expect(new Set(changes.edited.all.map(change => change.text))).toEqual(new Set(['our dog Rex', '']))
    expect(run.messages.all.filter(each => each.text.includes(preview))).toEqual([])
  },
  TIMEOUT_MS,
)

test(
  'a placeholder is known as what it is, at once and after an absence',
  async () => {
    await using fake = await FakeWhatsApp.start()
    await using run = await ChannelRun.settled(fake)
    const receive = (subtype: string): void => {
      fake.receive({ from: ANA, type: 'ciphertext', attributes: { subtype } })
    }
    receive('view_once_unavailable_fanout')
    expect(await run.messages.next()).toMatchObject({ text: '', details: { attachment: { kind: 'view_once' } } })
    await run.channel.stop()
    receive('view_once_unavailable_fanout')
    receive('hosted_unavailable_fanout')
    run.skip()
    await run.start()
    await run.missed.next(({ said }) => said.length > 1)
    const found = run.messages.all.slice(1).map(({ details, unreadable }) => [details?.attachment?.kind, unreadable])
    expect(found).toEqual(
      expect.arrayContaining([
        ['view_once', undefined],
        ['phone_only', undefined],
      ]),
    )
    expect(run.messages.all.filter(each => each.unreadable === true)).toEqual([])
  },
  TIMEOUT_MS,
)

test(
  'the people whom a message mentions come with the names that WhatsApp shows, and the bot by either of its addresses',
  async () => {
    const contacts = [
      { id: '777000111222333@lid', phone: '15551230002@c.us', pushname: 'Bob' },
      { id: '15551230003@c.us', name: 'Carl of the office' },
    ]
    await using fake = await FakeWhatsApp.start({ contacts })
    await using run = await ChannelRun.linked(fake)
    const [own] = fake.me.phone.split('@')
    fake.receive({
      from: ANA,
      group: GROUP,
      text: `\u2068@${String(own)}\u2069 ask @777000111222333 and @15551230003 or @15551230004`,
      mentions: [fake.me.lid, '777000111222333@lid', '15551230003@c.us', '15551230004@c.us'],
    })
    expect(await run.messages.next()).toMatchObject({
      addressed: true,
      text: 'ask @777000111222333 and @15551230003 or @15551230004',
      mentions: [
        { written: '777000111222333', name: 'Bob' },
        { written: '15551230003', name: 'Carl of the office' },
        { written: '15551230004', name: undefined },
      ],
    })
  },
  TIMEOUT_MS,
)

test(
  'what the owner writes on the phone is told apart from what we send',
  async () => {
    await using fake = await FakeWhatsApp.start()
    const changes = new Changes()
    await using run = await ChannelRun.linked(fake, { changes: changes.events })
    await Promise.all(['one', 'two', 'three'].map(text => run.channel.send(ANA, text, {})))
    fake.receive({ from: ANA, text: 'I am coming by myself', from_me: true })
    expect(await changes.owner.next()).toMatchObject({
      chat_id: ANA,
      chat_kind: 'direct',
      other: { identities: [{ kind: 'phone', value: '15551230001' }] },
      text: 'I am coming by myself',
    })
    fake.receive({ from: ANA, group: GROUP, text: 'Hello all', from_me: true })
    expect(await changes.owner.next(({ chat_kind }) => chat_kind === 'group')).toMatchObject({
      chat_id: GROUP,
      other: undefined,
    })
    expect(new Set(changes.owner.all.map(message => message.message_id)).size).toBe(2)
  },
  TIMEOUT_MS,
)

test(
  'a message that cannot be decrypted is told of as unreadable, and under its own id once it can be',
  async () => {
    await using fake = await FakeWhatsApp.start()
    await using run = await ChannelRun.linked(fake)
    const garbled = fake.receive({ from: ANA, type: 'ciphertext' })
    // The library waits 15 s for WhatsApp to have it sent again.
    expect(await run.messages.next()).toMatchObject({ text: '', unreadable: true, chat_id: ANA })
    fake.change(`false_${ANA}_${garbled.id}`, { body: 'now you can read it', type: 'chat' })
    expect(await run.messages.next(({ text }) => text !== '')).toMatchObject({
      message_id: `false_${ANA}_${garbled.id}`,
      text: 'now you can read it',
    })
  },
  TIMEOUT_MS,
)
