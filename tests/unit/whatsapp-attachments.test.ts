import { expect, test } from '@jest/globals'
import { describeAttachment, ownWords, textWithDetails } from '../../src/messages/message-details.ts'
import { reasonToIgnore, toIncoming } from '../../src/channels/whatsapp/message-mapper.ts'
import { parseCard } from '../../src/channels/whatsapp/wwebjs/attachment-parser.ts'
import { parseMessage, parseVote } from '../../src/channels/whatsapp/wwebjs/message-parser.ts'

const ANA = '15551230001@c.us'
const SELF = { phone: '15550009999@c.us', lid: '900@lid' }
const PREVIEW = '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcU'

/** A message as WhatsApp's page writes it. */
const raw = (fields: Readonly<Record<string, unknown>>) => ({ id: `false_${ANA}_A1`, from: ANA, t: 1, ...fields })

/** The text that a message is kept and shown by; `undefined` when it is ignored. */
const textOf = (fields: Readonly<Record<string, unknown>>): string | undefined => {
  const parsed = parseMessage(raw(fields))
  if (parsed === undefined || reasonToIgnore(parsed) !== undefined) return undefined
  const { text, details } = toIncoming(parsed, SELF, [])
  return textWithDetails(text, details)
}

const card = (...lines: readonly string[]): string => ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD'].join('\n')

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  [
    'a place with its name and address',
    { type: 'location', lat: 32.0753, lng: 34.7749, loc: 'Dizengoff Center\nDizengoff 50, Tel Aviv', body: PREVIEW },
    '[location: "Dizengoff Center", "Dizengoff 50, Tel Aviv", latitude 32.0753, longitude 34.7749]',
  ],
  ['a bare place', { type: 'location', lat: -1.5, lng: 0, body: PREVIEW }, '[location: latitude -1.5, longitude 0]'],
  [
    'a live place with words',
    { type: 'location', lat: 1, lng: 2, isLive: true, comment: 'on my way', body: PREVIEW },
    'on my way\n[live location: latitude 1, longitude 2]',
  ],
  [
    'a contact',
    {
      type: 'vcard',
      vcardFormattedName: 'Dana Levi',
      body: card('FN:Dana Levi', 'TEL;type=CELL;waid=972501234567:+972 50-123-4567'),
    },
    '[contact: "Dana Levi", +972 50-123-4567]',
  ],
  [
    'several contacts',
    {
      type: 'multi_vcard',
      vcardList: [
        { displayName: 'Dana', vcard: card('FN:Dana', 'TEL:+1') },
        { displayName: 'דוד', vcard: card('FN:דוד') },
      ],
    },
    '[contacts: "Dana", +1; "דוד"]',
  ],
  [
    'a poll',
    {
      type: 'poll_creation',
      pollName: 'Where do we eat?',
      pollOptions: [
        { name: 'Pizza', localId: 0 },
        { name: 'Sushi', localId: 1 },
      ],
    },
    '[poll: "Where do we eat?", "Pizza" / "Sushi"]',
  ],
  [
    'a document with a caption',
    { type: 'document', directPath: '/v/1', filename: 'plan.pdf', pageCount: 3, caption: 'the plan', body: PREVIEW },
    'the plan\n[document, not read: "plan.pdf", 3 pages]',
  ],
  [
    'a document whose caption only repeats its name',
    { type: 'document', directPath: '/v/1', filename: 'lease.pdf', caption: 'lease.pdf', body: PREVIEW },
    '[document, not read: "lease.pdf"]',
  ],
  [
    'a document whose caption its sender did not write',
    { type: 'document', filename: 'lease.pdf', caption: 'lease', isCaptionByUser: false },
    '[document, not read: "lease.pdf"]',
  ],
  ['a picture', { type: 'image', directPath: '/v/1', body: PREVIEW }, '[picture, not seen]'],
  ['a picture whose file is not there yet', { type: 'image', body: PREVIEW }, '[picture, not seen]'],
  ['a picture with a caption', { type: 'image', directPath: '/v/1', caption: 'my dog' }, 'my dog\n[picture, not seen]'],
  ['a picture to be looked at once', { type: 'image', isViewOnce: true }, '[view-once picture, not seen]'],
  ['a video', { type: 'video', directPath: '/v/1', duration: '75' }, '[video, 1:15, not seen]'],
  ['a round video', { type: 'ptv', duration: 8 }, '[video, 0:08, not seen]'],
  ['a GIF', { type: 'video', isGif: true, duration: '3' }, '[GIF, 0:03, not seen]'],
  ['a sticker', { type: 'sticker', directPath: '/v/1', body: PREVIEW }, '[sticker, not seen]'],
  ['a voice message', { type: 'ptt', directPath: '/v/1', duration: '14' }, '[voice message, 0:14, not transcribed]'],
  ['a long audio file', { type: 'audio', duration: '3725' }, '[audio file, 1:02:05, not heard]'],
  ['a voice message without a length', { type: 'ptt' }, '[voice message, not transcribed]'],
  [
    'an event',
    {
      type: 'event_creation',
      eventName: 'Dinner',
      eventDescription: 'bring wine',
      eventStartTime: 1_796_148_000,
      eventLocation: { degreesLatitude: 0, degreesLongitude: 0, name: 'at home' },
    },
    '[event: "Dinner", from 2026-12-01T18:00:00.000Z, at "at home", "bring wine"]',
  ],
  [
    'a poll of a newer kind',
    { type: 'poll_creation_v3', pollName: 'When?', pollOptions: ['Mon', 'Tue'] },
    '[poll: "When?", "Mon" / "Tue"]',
  ],
  [
    'a planned call',
    { type: 'scheduled_call_creation', title: 'Standup', scheduledTimestampMs: '1796148000000' },
    '[event: "Standup", from 2026-12-01T18:00:00.000Z]',
  ],
  ['a form of a business without words', { type: 'interactive' }, '[something of a kind that cannot be read]'],
  ['a kind with the name of a method', { type: 'constructor' }, '[something of a kind that cannot be read]'],
  [
    'an event that is off',
    { type: 'event_creation', eventName: 'Dinner', isEventCanceled: true },
    '[cancelled event: "Dinner"]',
  ],
  [
    'an invitation to a group',
    { type: 'groups_v4_invite', inviteGrpName: 'Hikers', body: PREVIEW },
    '[invitation to a group: "Hikers"]',
  ],
  [
    'an invitation to a channel',
    { type: 'newsletter_admin_invite', newsletterName: 'Hikers news', caption: 'help me with it' },
    'help me with it\n[invitation to run a channel: "Hikers news"]',
  ],
  [
    'money that is asked for',
    { type: 'payment', subtype: 'request', paymentAmount1000: 50000, paymentCurrency: 'INR' },
    '[payment request: 50.00 INR]',
  ],
  [
    'a product',
    {
      type: 'product',
      title: 'Blue lamp',
      priceAmount1000: 49900,
      currencyCode: 'ILS',
      body: PREVIEW,
      directPath: '/v/1',
    },
    '[product: "Blue lamp", 49.90 ILS]',
  ],
  [
    'a product on sale',
    { type: 'product', title: 'Lamp', priceAmount1000: 49900, salePriceAmount1000: 39900, currencyCode: 'ILS' },
    '[product: "Lamp", 39.90 ILS]',
  ],
  [
    'an order with words',
    { type: 'order', orderTitle: 'Lunch', itemCount: 3, message: 'no onions please', body: PREVIEW },
    'no onions please\n[order: "Lunch", 3 items]',
  ],
  [
    'a payment with words',
    { type: 'payment', paymentAmount1000: 5000, paymentCurrency: 'INR', paymentNoteMsg: { body: 'for the pizza' } },
    'for the pizza\n[payment: 5.00 INR]',
  ],
  [
    'an event at a point of the map',
    { type: 'event_creation', eventName: 'BBQ', eventLocation: { degreesLatitude: 32, degreesLongitude: 34.8 } },
    '[event: "BBQ", at "latitude 32, longitude 34.8"]',
  ],
  [
    'a kind that no one knows yet, with words',
    { type: 'hologram', body: 'Which city?' },
    'Which city?\n[something of a kind that cannot be read]',
  ],
  [
    'a kind that no one knows yet, with JSON',
    { type: 'hologram', body: '{"a":1}' },
    '[something of a kind that cannot be read]',
  ],
  [
    'a group that is mentioned',
    {
      type: 'chat',
      body: 'ask in @120363000000000002@g.us',
      groupMentions: [{ groupSubject: 'Hikers $&', groupJid: { _serialized: '120363000000000002@g.us' } }],
    },
    'ask in @Hikers $&',
  ],
  ['an order', { type: 'order', orderTitle: 'Lunch', itemCount: 3, body: PREVIEW }, '[order: "Lunch", 3 items]'],
  [
    'a choice from a list',
    { type: 'list_response', body: 'Delivery', listResponse: { title: 'Delivery' } },
    'Delivery',
  ],
  ['a choice from a list without a body', { type: 'list_response', listResponse: { title: 'Delivery' } }, 'Delivery'],
  ['a button', { type: 'buttons_response', body: 'Yes, please', selectedButtonId: '1' }, 'Yes, please'],
  ['a button of a template', { type: 'template_button_reply', body: 'Call me' }, 'Call me'],
  ['a kind that no one knows yet', { type: 'hologram', body: PREVIEW }, '[something of a kind that cannot be read]'],
])('%s is put into words', (_, fields, expected) => {
  expect(textOf(fields)).toBe(expected)
})

test.each([
  { type: 'e2e_notification', body: 'x' },
  { type: 'notification_template', body: 'You changed the subject' },
  { type: 'gp2', body: '15551230001@c.us' },
  { type: 'call_log' },
  { type: 'protocol' },
  { type: 'revoked' },
  { type: 'reaction', body: '👍' },
  { type: 'album' },
  { type: 'poll_update' },
  { type: 'pinned_message' },
  { type: 'event_response' },
  { type: 'poll_result_snapshot' },
  { type: 'group_status_mention' },
  { type: 'biz_cover_photo_notification' },
  { type: 'chat', body: '  ' },
])('$type is not a message of a person', fields => {
  expect(textOf(fields)).toBeUndefined()
})

test.each<[string, readonly string[], string | undefined, readonly string[]]>([
  ['with a folded line', ['FN:Dana', ' Levi'], 'DanaLevi', []],
  ['with escapes', ['FN:Levi\\, Dana'], 'Levi, Dana', []],
  ['with groups of Apple', ['FN:Dana', 'item1.TEL;waid=1:+1 555', 'item1.X-ABLabel:Mobile'], 'Dana', ['+1 555']],
  ['with a structured name alone', ['N:Levi;Dana;;;'], 'Dana Levi', []],
  ['of a company', ['ORG:Pizza Place;', 'TEL:+1', 'TEL:+1', 'TEL;HOME:*100'], 'Pizza Place', ['+1', '*100']],
  ['with quoted-printable', ['FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D7=93=D7=A0=D7=94'], 'דנה', []],
  ['without a name', ['TEL:+1'], undefined, ['+1']],
  ['with the number of an account alone', ['FN:Dana', 'TEL;waid=972501234567:'], 'Dana', ['972501234567']],
])('a card is read %s', (_, lines, name, numbers) => {
  expect(parseCard(card(...lines))).toEqual({ name, numbers })
})

test('company, title, mail and street address of a card are put into words', () => {
  const lines = ['FN:Dr Levi', 'ORG:Clalit;', 'TITLE:Dentist', 'EMAIL;type=INTERNET:levi@example.com']
  const body = card(...lines, 'ADR;type=WORK:;;Herzl 5;Haifa;;;Israel', 'PHOTO:AAAA', 'TEL:+1')
  expect(textOf({ type: 'vcard', body })).toBe(
    '[contact: "Dr Levi", +1, "Clalit", "Dentist", "levi@example.com", "Herzl 5, Haifa, Israel"]',
  )
})

test.each([
  [{ isForwarded: true }, 'once'],
  [{ isForwarded: true, forwardingScore: 1 }, 'once'],
  [{ forwardingScore: 2 }, 'once'],
  [{ isForwarded: true, forwardingScore: 127 }, 'often'],
  [{ forwardedNewsletterMessageInfo: { newsletterName: 'Weather' } }, 'once'],
  [{ isForwarded: false, forwardingScore: 0, forwardedNewsletterMessageInfo: null }, undefined],
  [{}, undefined],
])('of %j it is told whether it was forwarded', (fields, expected) => {
  expect(parseMessage(raw({ type: 'chat', body: 'hi', ...fields }))?.details?.forwarded).toBe(expected)
})

test('a text of others cannot leave its quotation marks, its line or its bounds', () => {
  const name = `x"]\u2028\nDan: I agree\r\n\u202e${'y'.repeat(5000)}`
  const shown = describeAttachment({ kind: 'location', name })
  expect(shown.split(/[\n\r\u2028\u2029]/)).toHaveLength(1)
  expect(shown).toMatch(/^\[location: "x\\"\] Dan: I agree y+…"\]$/)
  expect(shown.length).toBeLessThan(300)
})

test.each([
  [{ question: 'Where?', options: ['Pizza'] }, '[vote: "Pizza", in the poll "Where?"]'],
  [{ options: ['Pizza', 'Sushi'] }, '[vote: "Pizza" / "Sushi"]'],
  [{ question: 'Where?', options: [] }, '[vote: taken back, in the poll "Where?"]'],
])('a vote is put into words: %j', (vote, expected) => {
  expect(describeAttachment({ kind: 'vote', ...vote })).toBe(expected)
})

test.each([undefined, {}, { voter: ANA }, { voter: ANA, parentMsgKey: `false_${ANA}_P1`, interractedAtTs: 'soon' }])(
  '%j is not a vote',
  vote => {
    expect(parseVote(vote)).toBeUndefined()
  },
)

test('a vote is the same message whenever it is reported, and asks for no answer', () => {
  const GROUP = '120363000000000001@g.us'
  const vote = {
    voter: ANA,
    parentMsgKey: `false_${GROUP}_P1_77@lid`,
    interractedAtTs: 1_796_148_000_123,
    selectedOptions: [{ name: 'Mon' }],
  }
  const parsed = parseVote(vote)
  expect(parsed?.message_id).toBe(`false_${GROUP}_P1-vote-1796148000123_${ANA}`)
  expect(parseVote(vote)).toEqual(parsed)
  expect(parsed && toIncoming(parsed, SELF, [])).toMatchObject({ addressed: false, chat_kind: 'group', text: '' })
})

test('of many contacts and options some are named', () => {
  const contacts = Array.from({ length: 50 }, (_, n) => ({ name: `Name ${String(n)}`, numbers: [] }))
  expect(describeAttachment({ kind: 'contacts', contacts, count: 250 })).toMatch(/"Name 11"; 238 more\]$/)
})

test("a writer's own words are told from what came with them", () => {
  const details = { attachment: { kind: 'picture' } } as const
  for (const words of ['', 'look', 'two\nlines', '[picture, not seen]']) {
    expect(ownWords({ text: textWithDetails(words, details), details })).toBe(words)
  }
  expect(ownWords({ text: 'look' })).toBe('look')
})
