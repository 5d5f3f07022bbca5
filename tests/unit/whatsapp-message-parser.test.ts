import { expect, test } from '@jest/globals'
import { addressOf, messageIdOf, parseMessage } from '../../src/channels/whatsapp/wwebjs/message-parser.ts'

const ANA = '15551230001@c.us'
const GROUP = '120363000000000001@g.us'

test('a message id is the same under its old name, under its new one, and built from its parts', () => {
  const parts = { fromMe: false, remote: GROUP, id: 'A1', participant: { user: '15551230001', server: 'c.us' } }
  const text = `false_${GROUP}_A1_${ANA}`
  expect(messageIdOf({ ...parts, _serialized: text })).toBe(text)
  expect(messageIdOf({ ...parts, $1: text })).toBe(text)
  expect(messageIdOf(parts)).toBe(text)
  expect(messageIdOf(text)).toBe(text)
})

test('a message id of an own message in a direct chat is built from its parts', () => {
  expect(messageIdOf({ fromMe: true, remote: { _serialized: ANA }, id: 'B2' })).toBe(`true_${ANA}_B2`)
})

test.each([undefined, null, 7, '', {}, { remote: ANA }, { id: 'A1' }])('%j is no message id', value => {
  expect(messageIdOf(value)).toBeUndefined()
})

test('an address is read from text and from objects, without the device in it', () => {
  expect(addressOf(ANA)).toBe(ANA)
  expect(addressOf({ _serialized: ANA })).toBe(ANA)
  expect(addressOf({ user: '77', server: 'lid' })).toBe('77@lid')
  expect(addressOf('15551230001:12@c.us')).toBe(ANA)
  expect(addressOf('15551230001@s.whatsapp.net')).toBe(ANA)
  expect(addressOf({})).toBeUndefined()
})

test('the text of a medium is its caption, never its preview picture', () => {
  const raw = { id: `false_${ANA}_A1`, from: ANA, t: 1, type: 'image', body: 'BASE64', directPath: '/v/1' }
  expect(parseMessage(raw)?.text).toBe('')
  expect(parseMessage({ ...raw, caption: 'look' })?.text).toBe('look')
})

test('an own message belongs to the chat that it was sent to', () => {
  const id = { fromMe: true, remote: ANA, id: 'A1' }
  expect(parseMessage({ id, from: '15550009999@c.us', to: ANA, t: 12, type: 'chat', body: 'hi', ack: 1 })).toEqual({
    message_id: `true_${ANA}_A1`,
    type: 'chat',
    from_me: true,
    chat_id: ANA,
    author_id: '15550009999@c.us',
    author_name: undefined,
    text: 'hi',
    sent_at: 12_000,
    mentioned_ids: [],
    quoted_author_id: undefined,
    quoted_key: undefined,
    details: undefined,
    ack: 1,
  })
})

test('a quote is read with the id and the author of what it quotes', () => {
  const raw = { id: `false_${ANA}_A1`, from: ANA, t: 1, type: 'chat', body: 'right' }
  const quote = { quotedMsg: { body: 'lunch?' }, quotedStanzaID: 'Q1', quotedParticipant: ANA }
  expect(parseMessage({ ...raw, ...quote })).toMatchObject({ quoted_key: 'Q1', quoted_author_id: ANA })
  expect(parseMessage({ ...raw, ...quote })).toMatchObject({ quoted_text: 'lunch?' })
  expect(parseMessage(raw)).toMatchObject({ quoted_key: undefined, quoted_author_id: undefined })
})

test.each([
  ['without a copy of the message', { quotedParticipant: ANA }, { quoted_author_id: ANA, quoted_text: undefined }],
  ['without an author', { quotedMsg: { type: 'chat', body: 'lunch?' } }, { quoted_text: 'lunch?' }],
  ['with a device in the address', { quotedParticipant: '15551230001:7@s.whatsapp.net' }, { quoted_author_id: ANA }],
  ['of another chat', { quotedRemoteJid: GROUP, quotedParticipant: ANA }, { quoted_chat_id: GROUP }],
  ['of this chat by name', { quotedRemoteJid: ANA }, { quoted_chat_id: undefined }],
  [
    'of a picture',
    { quotedMsg: { type: 'image', body: 'BASE64', caption: 'my cat' } },
    { quoted_text: 'my cat\n[picture, not seen]' },
  ],
  [
    'of a voice message',
    { quotedMsg: { type: 'ptt', duration: '9' } },
    { quoted_text: '[voice message, 0:09, not transcribed]' },
  ],
  ['of a revoked message', { quotedMsg: { type: 'revoked' } }, { quoted_text: undefined }],
])('a quote is read %s', (_, quote, expected) => {
  const raw = { id: `false_${ANA}_A1`, from: ANA, t: 1, type: 'chat', body: 'right', quotedStanzaID: 'Q1' }
  const parsed = parseMessage({ ...raw, ...quote })
  expect(parsed?.quoted_key).toBe('Q1')
  expect({ quoted_text: undefined, quoted_chat_id: undefined, ...parsed }).toMatchObject(expected)
})

test('a message without a readable id or without a sender is not read', () => {
  expect(parseMessage({ from: ANA, t: 1, type: 'chat', body: 'hi' })).toBeUndefined()
  expect(parseMessage({ id: 'false_x_A1', t: 1, type: 'chat', body: 'hi' })).toBeUndefined()
  expect(parseMessage(undefined)).toBeUndefined()
})
