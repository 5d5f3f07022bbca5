import { expect, test } from '@jest/globals'
import {
  isChat,
  mentionedPeople,
  reasonToIgnore,
  reasonToIgnoreOwn,
  toIncoming,
} from '../../src/channels/whatsapp/message-mapper.ts'
import type { WhatsAppMessage } from '../../src/channels/whatsapp/whatsapp-message.ts'

const ANA = '15551230001@c.us'
const GROUP = '120363000000000001@g.us'
const SELF = { phone: '15550009999@c.us', lid: '900@lid' }

const message = (some: Partial<WhatsAppMessage>): WhatsAppMessage => ({
  message_id: 'false_x_A1',
  type: 'chat',
  from_me: false,
  chat_id: ANA,
  author_id: ANA,
  author_name: undefined,
  text: 'hello',
  sent_at: 1_795_000_000_000,
  mentioned_ids: [],
  quoted_author_id: undefined,
  quoted_key: undefined,
  ack: 1,
  ...some,
})

test.each(['15551230001@c.us', '77@lid', '120363000000000001@g.us', '972501234567-1400000000@g.us'])(
  '%s is a chat',
  chat_id => {
    expect(isChat(chat_id)).toBe(true)
  },
)

test.each(['status@broadcast', '1234@newsletter', '0@c.us', 'console:15551230001', '', '@c.us'])(
  '%j is not a chat',
  chat_id => {
    expect(isChat(chat_id)).toBe(false)
  },
)

test.each<[string, Partial<WhatsAppMessage>]>([
  ['an own message', { from_me: true }],
  ['a status', { chat_id: 'status@broadcast' }],
  ['a notice of encryption', { type: 'e2e_notification' }],
  ['a call', { type: 'call_log' }],
  ['a voice message', { type: 'ptt', text: '' }],
  ['a picture without a caption', { type: 'image', text: '' }],
  ['a kind that nobody knows yet', { type: 'hologram' }],
  ['blanks', { text: ' \n ' }],
])('%s is ignored', (_, some) => {
  expect(reasonToIgnore(message(some))).toEqual(expect.any(String))
})

test('text and captions are not ignored', () => {
  expect(reasonToIgnore(message({}))).toBeUndefined()
  expect(reasonToIgnore(message({ type: 'video', text: 'look' }))).toBeUndefined()
})

test.each([
  ['@15550009999 where is lunch?', 'where is lunch?'],
  ['where is lunch, @900?', 'where is lunch,?'],
  ['@15550009999: hello', 'hello'],
  ['\u2068@15550009999\u2069 /reset', '/reset'],
  ['@\u206815550009999\u2069 hello', 'hello'],
  ['\u200f@15550009999\u200e yes\u200f', 'yes'],
  ['ask @15550009999 and @900 now', 'ask and now'],
  ['call @155500099991', 'call @155500099991'],
  ['@15550009999', '@15550009999'],
])('of %j in a group the bot takes %j', (text, rest) => {
  const group = { chat_id: GROUP, text, mentioned_ids: [SELF.phone, SELF.lid] }
  expect(toIncoming(message(group), SELF, [])).toMatchObject({ text: rest, addressed: true, chat_kind: 'group' })
})

test.each([
  ['listed by its LID, written by its number', '@15550009999 /reset', [SELF.lid], '/reset'],
  ['listed by its number, written by its LID', '/reset @900', [SELF.phone], '/reset'],
  ['between direction marks', '\u2068@\u2068900\u2069\u2069\u200f /reset\u200e', [SELF.phone], '/reset'],
  ['twice, by both addresses', '@900 @15550009999 /reset', [SELF.lid], '/reset'],
  ['among others', '@777 @900 @778 who is first?', ['777@lid', SELF.lid, '778@lid'], '@777 @778 who is first?'],
  ['in the middle', 'what does @900 say?', [SELF.lid], 'what does say?'],
  ['with digits that are the beginning of others', '@900 ask @9001', [SELF.lid, '9001@lid'], 'ask @9001'],
  ['in the list alone', 'where is lunch?', [SELF.lid], 'where is lunch?'],
  ['in the text alone, by its LID', 'and @900?', [], 'and?'],
  ['in the text alone, by its number, at the beginning', '\u200e@15550009999 hello', [], 'hello'],
])('the bot is mentioned %s', (_, text, mentioned_ids, rest) => {
  const said = message({ chat_id: GROUP, text, mentioned_ids })
  expect(toIncoming(said, SELF, [])).toMatchObject({ text: rest, addressed: true })
  const people = mentioned_ids.filter(each => each !== SELF.lid && each !== SELF.phone)
  expect(mentionedPeople(said, SELF)).toEqual(people)
})

test('a number in the text that is not a mention stays', () => {
  const group = { chat_id: GROUP, text: 'call @15550009999' }
  expect(toIncoming(message(group), SELF, [])).toMatchObject({ text: 'call @15550009999', addressed: false })
})

test('a direct chat is always addressed, and its text is left as it is', () => {
  const direct = { text: '@15550009999 hi', mentioned_ids: [SELF.phone] }
  expect(toIncoming(message(direct), SELF, [])).toMatchObject({ text: '@15550009999 hi', addressed: true })
})

test('a message that quotes another replies to it: ours or theirs, in a direct chat or a group', () => {
  const replyTo = (some: Partial<WhatsAppMessage>) => toIncoming(message(some), SELF, []).reply_to
  expect(replyTo({})).toBeUndefined()
  expect(replyTo({ quoted_key: 'Q1', quoted_author_id: ANA })).toBe(`false_${ANA}_Q1`)
  expect(replyTo({ quoted_key: 'Q1', quoted_author_id: SELF.phone })).toBe(`true_${ANA}_Q1`)
  const group = { chat_id: GROUP, quoted_key: 'Q1' }
  expect(replyTo({ ...group, quoted_author_id: SELF.lid })).toBe(`true_${GROUP}_Q1_${SELF.lid}`)
  expect(replyTo({ ...group, quoted_author_id: '77@lid' })).toBe(`false_${GROUP}_Q1_77@lid`)
})

test("the owner's own picture or place counts as written by hand, and a kind that no one knows does not", () => {
  const own = (some: Partial<WhatsAppMessage>) => reasonToIgnoreOwn(message({ from_me: true, text: '', ...some }))
  expect(own({ type: 'image', details: { attachment: { kind: 'picture' } } })).toBeUndefined()
  expect(own({ type: 'location', details: { attachment: { kind: 'location' } } })).toBeUndefined()
  expect(own({ type: 'hologram', details: { attachment: { kind: 'unknown', type: 'hologram' } } })).toEqual(
    expect.any(String),
  )
})

test('a reply names the quoted message as far as WhatsApp does, and an own address of ours makes it addressed', () => {
  const mapped = (some: Partial<WhatsAppMessage>) =>
    toIncoming(message({ chat_id: GROUP, quoted_key: 'Q1', ...some }), SELF, [])
  expect(mapped({ quoted_author_id: undefined })).toMatchObject({
    reply_to: `false_${GROUP}_Q1`,
    addressed: false,
    quote: { by: undefined, text: '' },
  })
  for (const address of [SELF.phone, SELF.lid]) {
    expect(mapped({ quoted_author_id: address, quoted_text: 'hi' })).toMatchObject({
      addressed: true,
      quote: { by: 'bot', text: 'hi' },
    })
  }
  expect(mapped({ quoted_author_id: ANA, quoted_chat_id: 'status@broadcast' }).reply_to).toBe(
    'false_status@broadcast_Q1',
  )
})
