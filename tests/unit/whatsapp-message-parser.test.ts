import { expect, test } from '@jest/globals'
import { parseChange, parseEdit } from '../../src/channels/whatsapp/wwebjs/change-parser.ts'
import { asUnreadable } from '../../src/channels/whatsapp/whatsapp-message.ts'
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

test.each([undefined, null, 7, '', {}, { remote: ANA }, { id: 'A1' }])('%j is not a message id', value => {
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

test.each(['image', 'video', 'ptv', 'document', 'sticker', 'location', 'vcard', 'album', 'product', 'hologram'])(
  'the body of a message of the kind %s is not text, also before its file is there',
  type => {
    const raw = { id: `false_${ANA}_A1`, from: ANA, t: 1, type, body: '/9j/4AAQSkZJRg==' }
    expect(parseMessage(raw)?.text).toBe('')
    expect(parseMessage({ ...raw, caption: 'look' })?.text).toBe('look')
  },
)

test('the text of a link is what was written, not its preview', () => {
  const link = {
    type: 'chat',
    subtype: 'url',
    body: 'see https://example.org',
    thumbnail: '/9j/4AAQ',
    title: 'Example',
  }
  expect(parseMessage({ id: `false_${ANA}_A1`, from: ANA, t: 1, ...link })?.text).toBe('see https://example.org')
})

const PICTURE = { id: `false_${ANA}_A1`, from: ANA, t: 1, type: 'image', caption: 'our dog', body: '/9j/4AAQ' }
const EDITED = { latestEditSenderTimestampMs: 1 }

test.each<[string, Record<string, unknown>, unknown, object | undefined]>([
  ['a preview that arrives', PICTURE, '/9j/4AAQ', undefined],
  ['a preview of a picture without words', { ...PICTURE, caption: undefined }, '/9j/4AAQ', undefined],
  ['a preview that goes', { ...PICTURE, caption: undefined, body: undefined }, undefined, undefined],
  ['a preview with its file', { ...PICTURE, directPath: '/v/1' }, '/9j/4AAQ', undefined],
  ['a preview of a place', { ...PICTURE, type: 'location', caption: undefined }, '/9j/4AAQ', undefined],
  ['a new caption', PICTURE, 'our dog', { kind: 'edited', text: 'our dog' }],
  ['a new caption and preview', { ...PICTURE, ...EDITED }, 'our dog', { kind: 'edited', text: 'our dog' }],
  ['a caption taken away', { ...PICTURE, ...EDITED, caption: undefined }, undefined, { kind: 'edited', text: '' }],
  ['new words', { ...PICTURE, type: 'chat', body: 'five' }, 'five', { kind: 'edited', text: 'five' }],
  [
    'a group that is mentioned now',
    {
      ...PICTURE,
      type: 'chat',
      body: 'ask @120@g.us',
      groupMentions: [{ groupSubject: 'Hikers', groupJid: '120@g.us' }],
    },
    'ask @120@g.us',
    { kind: 'edited', text: 'ask @Hikers' },
  ],
  ['words that went with their message', { ...PICTURE, type: 'chat', body: undefined }, undefined, undefined],
])('what %s changes', (_, raw, written, change) => {
  const expected = change === undefined ? undefined : { chat_id: ANA, message_id: `false_${ANA}_A1`, ...change }
  expect(parseEdit(raw, written)).toEqual(expected)
})

test('a listed picture that was edited shows its caption as the change', () => {
  expect(parseChange({ ...PICTURE, ...EDITED })).toMatchObject({ kind: 'edited', text: 'our dog' })
  expect(parseChange(PICTURE)).toBeUndefined()
})

const DAY_S = 86_400

test.each<[string, Record<string, unknown>, number | undefined]>([
  ['a chat in which messages stay', {}, undefined],
  ['a chat in which they stay again', { ephemeralDuration: 0, ephemeralSettingTimestamp: 900 }, undefined],
  ['a day', { ephemeralDuration: DAY_S, ephemeralSettingTimestamp: 900 }, 1000 + DAY_S],
  ['90 days', { ephemeralDuration: 90 * DAY_S }, 1000 + 90 * DAY_S],
  ['a time that WhatsApp names', { ephemeralDuration: DAY_S, expiredTimestamp: 5000 }, 5000],
  ['minutes after it was read', { ephemeralDuration: DAY_S, afterReadDuration: 300 }, 1300],
  ['a message that was kept', { ephemeralDuration: DAY_S, kicState: 'KEPT' }, undefined],
  ['one that is kept no more', { ephemeralDuration: DAY_S, kicState: 'UNKEPT' }, 1000 + DAY_S],
  ['the notice of the setting', { ephemeralDuration: DAY_S, subtype: 'ephemeral_setting' }, undefined],
  ['a time beyond all dates', { expiredTimestamp: 1e300 }, 8.64e12],
  ['an endless duration', { ephemeralDuration: 1e300 }, 8.64e12],
  ['a part of a millisecond', { expiredTimestamp: 5000.0004 }, 5000],
  ['nonsense', { ephemeralDuration: 'soon', expiredTimestamp: -1, afterReadDuration: Number.NaN }, undefined],
])('when a message disappears: %s', (_, fields, seconds) => {
  const raw = { id: `false_${ANA}_A1`, from: ANA, t: 1000, type: 'chat', body: 'hi', ...fields }
  expect(parseMessage(raw)?.expires_at).toBe(seconds === undefined ? undefined : seconds * 1000)
})

test.each([
  ['x', 0],
  [undefined, 0],
  [-5, 0],
  [1e300, 8.64e15],
  [12.34567, 12_346],
])('a message whose time is %j is read with one that can be stored', (t, sent_at) => {
  expect(parseMessage({ id: `false_${ANA}_A1`, from: ANA, t, type: 'chat', body: 'hi' })?.sent_at).toBe(sent_at)
})

test.each([
  ['view_once_unavailable_fanout', 'view_once'],
  ['hosted_unavailable_fanout', 'phone_only'],
  ['bot_unavailable_fanout', 'phone_only'],
])('a placeholder of the kind %s is known, and is not a message that is encrypted still', (subtype, kind) => {
  const raw = { id: `false_${ANA}_A1`, from: ANA, t: 1, type: 'ciphertext', subtype, body: undefined }
  const message = parseMessage(raw)
  expect(message).toMatchObject({ type: kind, text: '', details: { attachment: { kind } } })
  expect(message && asUnreadable(message)).toBe(message)
})

test.each([undefined, 'fanout', 'bot_orphan', 'toString'])(
  'a message of the subtype %s may be decrypted yet',
  subtype => {
    const raw = { id: `false_${ANA}_A1`, from: ANA, t: 1, type: 'ciphertext', subtype }
    expect(parseMessage(raw)).toMatchObject({ type: 'ciphertext', details: undefined })
  },
)

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
  ['of an album', { quotedMsg: { type: 'album' } }, { quoted_text: '[picture, not seen]' }],
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

test('an id that a program made far too long is read as a short one, always the same, with its chat', () => {
  const long = `false_${ANA}_${'A1'.repeat(100_000)}`
  const id = messageIdOf(long) ?? ''
  expect(id.length).toBeLessThanOrEqual(300)
  expect(id.startsWith(`false_${ANA}_A1`)).toBe(true)
  expect(messageIdOf({ _serialized: long })).toBe(id)
  expect(messageIdOf(`${long}B`)).not.toBe(id)
})

test('mentions and quoted ids have bounds', () => {
  const raw = { id: `false_${ANA}_A1`, from: ANA, t: 1, type: 'chat', body: 'hi', quotedMsg: {} }
  const mentionedJidList = Array.from({ length: 50_000 }, (_, n) => `${String(n)}@lid`)
  const message = parseMessage({ ...raw, mentionedJidList, quotedStanzaID: 'Q'.repeat(100_000) })
  expect(message?.mentioned_ids.length).toBe(10_000)
  expect(message?.quoted_key).toBeUndefined()
})
