/** Reads the attachment of a message as WhatsApp's page writes it: places, contacts, polls, media, events. */
import type { Attachment, ContactCard, MediaKind } from '../../../messages/message-details.ts'
import { SECOND_MS } from '../../../platform/clock.ts'
import { cutStart } from '../../../text/cut.ts'
import { WORDED_TYPES } from '../whatsapp-message.ts'
import { fieldsOf, type Fields } from './raw-fields.ts'

/** Most characters of a text that are kept, in UTF-16 units. */
const MOST_CHARACTERS = 1000
/** Most contacts and options that are kept. */
const MOST_ITEMS = 50
/** How much of a contact card is read: a photo may follow. */
const CARD_CHARACTERS = 20_000
/** Prices are written in thousandths. */
const PRICE_UNIT = 1000

const boundedTextOf = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined
  const text = cutStart(value, MOST_CHARACTERS).trim()
  return text === '' ? undefined : text
}

const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, MOST_ITEMS) : [])

/** The kinds of media, by WhatsApp's names. */
const MEDIA: ReadonlyMap<string, MediaKind> = new Map<string, MediaKind>(
  Object.entries({
    image: 'picture',
    video: 'video',
    ptv: 'video',
    sticker: 'sticker',
    'sticker-pack': 'sticker',
    ptt: 'voice',
    audio: 'audio',
  }),
)

const mediaOf = (kind: MediaKind, fields: Fields): Attachment => {
  const isGif = kind === 'video' && (fields['isGif'] === true || fields['gifPlayback'] === true)
  const seconds = numberOf(fields['duration'])
  return {
    kind: isGif ? 'gif' : kind,
    ...(seconds === undefined || seconds <= 0 || kind === 'picture' || kind === 'sticker' ? {} : { seconds }),
    ...(fields['isViewOnce'] === true ? { view_once: true } : {}),
  }
}

const locationOf = (fields: Fields): Attachment => {
  const [first, ...rest] = boundedTextOf(fields['loc'])?.split('\n') ?? []
  const address = boundedTextOf(rest.join(', '))
  return {
    kind: 'location',
    name: boundedTextOf(first) ?? boundedTextOf(fields['name']),
    address: address ?? boundedTextOf(fields['address']),
    latitude: numberOf(fields['lat']),
    longitude: numberOf(fields['lng']),
    ...(fields['isLive'] === true || fields['type'] === 'live_location' ? { live: true } : {}),
  }
}

/** A card line that continues in the next line begins there with a space; Apple puts groups before names. */
const unfolded = (card: string): readonly string[] => card.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)

/** The text after the first colon of a card line, unescaped. */
const valueOf = (line: string): string | undefined => {
  const value = line.slice(line.indexOf(':') + 1)
  const decoded = /^[^:]*;ENCODING=QUOTED-PRINTABLE/i.test(line) ? quotedPrintable(value) : value
  return boundedTextOf(decoded.replace(/\\n/gi, ' ').replace(/\\([\\,;:])/g, '$1'))
}

const quotedPrintable = (value: string): string => {
  const bytes = value.replace(/=([0-9A-F]{2})/gi, '%$1')
  try {
    return decodeURIComponent(bytes)
  } catch {
    return value
  }
}

/** The number of a line; a line without one may name the account instead: `TEL;waid=972501234567:`. */
const numberOnCard = (line: string): string =>
  (valueOf(line) ?? /;waid=(\d+)/i.exec(line)?.[1] ?? '').replace(/[^\d+*#() -]/g, '').trim()

/** What else a card says: company, title, mail and street address. Empty parts of a value are left out. */
const moreOnCard = (name: string | undefined, lines: readonly (string | undefined)[]): readonly string[] => {
  const texts = lines.flatMap(
    line =>
      line
        ?.split(';')
        .map(part => part.trim())
        .filter(part => part !== '')
        .join(', ') ?? [],
  )
  return [...new Set(texts)].filter(text => text !== '' && text !== name)
}

/** The name and the numbers on a contact card, and what else it says. */
export const parseCard = (card: string, shown_name?: string): ContactCard => {
  const lines = unfolded(cutStart(card, CARD_CHARACTERS))
  const named = (name: string): readonly string[] =>
    lines.filter(line => new RegExp(`^(?:[\\w-]+\\.)?${name}[;:]`, 'i').test(line))
  const structured = (): string | undefined => {
    const [line] = named('N')
    const [family, given] = line === undefined ? [] : line.slice(line.indexOf(':') + 1).split(';')
    return boundedTextOf(`${given ?? ''} ${family ?? ''}`)
  }
  const first = (name: string): string | undefined =>
    named(name)
      .map(valueOf)
      .find(each => each !== undefined)
  const numbers = named('TEL').map(numberOnCard)
  const name = shown_name ?? first('FN') ?? structured() ?? boundedTextOf(first('ORG')?.replace(/;.*/s, ''))
  const more = moreOnCard(name, ['ORG', 'TITLE', 'EMAIL', 'ADR'].map(first))
  return {
    name,
    numbers: [...new Set(numbers.filter(number => /\d/.test(number)))],
    ...(more.length === 0 ? {} : { more }),
  }
}

const contactsOf = (fields: Fields): Attachment => {
  const cards =
    fields['type'] === 'multi_vcard'
      ? itemsOf(fields['vcardList']).map(fieldsOf)
      : [{ vcard: fields['body'], displayName: fields['vcardFormattedName'] }]
  const list = fields['vcardList']
  return {
    kind: 'contacts',
    contacts: cards.map(({ vcard, displayName }) =>
      parseCard(typeof vcard === 'string' ? vcard : '', boundedTextOf(displayName)),
    ),
    count: fields['type'] === 'multi_vcard' && Array.isArray(list) ? list.length : 1,
  }
}

const pollOf = (fields: Fields): Attachment => ({
  kind: 'poll',
  question: boundedTextOf(fields['pollName']) ?? boundedTextOf(fields['body']) ?? '',
  options: itemsOf(fields['pollOptions']).flatMap(
    option => boundedTextOf(option) ?? boundedTextOf(fieldsOf(option)['name']) ?? [],
  ),
})

const instantOf = (value: unknown): string | undefined => {
  const seconds = numberOf(value)
  const at = seconds === undefined || seconds <= 0 ? undefined : new Date(seconds * SECOND_MS)
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

const eventPlaceOf = ({ name, address, degreesLatitude, degreesLongitude }: Fields): string | undefined => {
  const [latitude, longitude] = [numberOf(degreesLatitude), numberOf(degreesLongitude)]
  const point =
    latitude === undefined || longitude === undefined
      ? undefined
      : `latitude ${String(latitude)}, longitude ${String(longitude)}`
  return boundedTextOf(name) ?? boundedTextOf(address) ?? point
}

const eventOf = (fields: Fields): Attachment => ({
  kind: 'event',
  name: boundedTextOf(fields['eventName']) ?? boundedTextOf(fields['title']) ?? boundedTextOf(fields['body']) ?? '',
  description: boundedTextOf(fields['eventDescription']),
  place: eventPlaceOf(fieldsOf(fields['eventLocation'])),
  starts: instantOf(fields['eventStartTime'] ?? fields['startTime']),
  ends: instantOf(fields['eventEndTime']),
  ...(fields['isEventCanceled'] === true ? { cancelled: true } : {}),
})

const priceOf = (amount: unknown, currency: unknown): string | undefined => {
  const thousandths = numberOf(amount)
  const code = boundedTextOf(currency)
  return thousandths === undefined || code === undefined
    ? undefined
    : `${(thousandths / PRICE_UNIT).toFixed(2)} ${code}`
}

/** Readers for all attachments that are not media, by WhatsApp's names of the kinds. */
const READERS: ReadonlyMap<string, (fields: Fields) => Attachment> = new Map(
  Object.entries<(fields: Fields) => Attachment>({
    location: locationOf,
    live_location: locationOf,
    vcard: contactsOf,
    multi_vcard: contactsOf,
    poll_creation: pollOf,
    event_creation: eventOf,
    scheduled_event_creation: eventOf,
    scheduled_call_creation: fields => ({
      kind: 'event',
      name: boundedTextOf(fields['title']) ?? 'a call',
      starts: instantOf(Number(fields['scheduledTimestampMs'] ?? 0) / SECOND_MS),
    }),
    document: fields => ({
      kind: 'document',
      name: boundedTextOf(fields['filename']) ?? boundedTextOf(fields['title']),
      pages: numberOf(fields['pageCount']),
    }),
    product: fields => ({
      kind: 'product',
      title: boundedTextOf(fields['title']),
      description: boundedTextOf(fields['description']),
      price: priceOf(fields['salePriceAmount1000'] ?? fields['priceAmount1000'], fields['currencyCode']),
    }),
    order: fields => ({
      kind: 'order',
      title: boundedTextOf(fields['orderTitle']),
      items: numberOf(fields['itemCount']),
      price: priceOf(fields['totalAmount1000'], fields['totalCurrencyCode']),
    }),
    payment: fields => ({
      kind: 'payment',
      amount: priceOf(fields['paymentAmount1000'], fields['paymentCurrency']),
      ...(fields['subtype'] === 'request' ? { requested: true } : {}),
    }),
    groups_v4_invite: fields => ({ kind: 'group_invite', name: boundedTextOf(fields['inviteGrpName']) }),
    newsletter_admin_invite: fields => ({
      kind: 'channel_invite',
      name: boundedTextOf(fields['newsletterName']) ?? boundedTextOf(fields['inviteNewsletterName']),
    }),
  }),
)

const readerOf = (type: string): ((fields: Fields) => Attachment) | undefined =>
  READERS.get(type.replace(/^(poll_creation|event_creation).*/, '$1'))

/** Kinds that are not messages of a person: notices of WhatsApp, and kinds that are reported in other ways. */
const NOTICES =
  /notification|protocol|placeholder|^(?:album|broadcast|call_log|ciphertext|comment|debug|event_.*|gp2|keep_in_chat|pin.*|poll_.*|pinned_message|reaction.*|requests?_.*|revoked|scheduled_call_edit|(?:group_)?status.*|unreadable|vote.*|.*_update|.*_notice|newsletter.*|bot_.*|encrypted.*)$/

/** The names of view-once media, on devices that do not show them. */
const VIEW_ONCE = /^view_?once/

/** The attachment of a raw message; `undefined` for a text, and for messages that no person sent. */
export const parseAttachment = (raw: unknown): Attachment | undefined => {
  const fields = fieldsOf(raw)
  const type = boundedTextOf(fields['type']) ?? 'unknown'
  const media = MEDIA.get(type)
  if (media !== undefined) return mediaOf(media, fields)
  const read = readerOf(type)
  if (read !== undefined) return read(fields)
  if (type === 'chat' || NOTICES.test(type)) return undefined
  // A form or a menu of a business whose text is not in the usual place.
  if (WORDED_TYPES.includes(type) && parseWords(fields) !== '') return undefined
  return VIEW_ONCE.test(type) ? { kind: 'picture', view_once: true } : { kind: 'unknown', type }
}

/** A preview picture in base64: it begins like a picture, is longer than any word, or ends with padding. */
const PREVIEW = /^(?:\/9j\/|iVBOR|UklGR|[A-Za-z0-9+/]{60,}|[A-Za-z0-9+/]+={1,2}$)/

/** Whether the body of an unknown kind is words, and not a preview, a contact card or JSON. */
const readsAsWords = (body: unknown): boolean =>
  typeof body === 'string' && !PREVIEW.test(body) && !/^\s*(?:[{[]|BEGIN:)/.test(body)

const wordsOfAny = (...values: readonly unknown[]): string =>
  values.find((value): value is string => typeof value === 'string' && value.trim() !== '') ?? ''

/** The caption of a document; phones write its name there if its sender wrote nothing. */
const documentCaption = ({ caption, filename, title, isCaptionByUser }: Fields): string =>
  isCaptionByUser === false || caption === filename || caption === title ? '' : wordsOfAny(caption)

/**
 * The text of a raw message: the body of a text, the choice on a button or a list, or the caption of anything else. The
 * body of a picture, a document or a place is its preview in base64, whether its file is loaded or not.
 */
export const parseWords = (raw: unknown): string => {
  const fields = fieldsOf(raw)
  const { body, caption, comment, noteMsg } = fields
  const type = boundedTextOf(fields['type']) ?? 'unknown'
  if (type === 'document') return documentCaption(fields)
  if (typeof fields['directPath'] === 'string' && fields['directPath'] !== '') return wordsOfAny(caption)
  if (WORDED_TYPES.includes(type)) {
    const chosen = fieldsOf(fields['listResponse'])
    return wordsOfAny(body, caption, fields['selectedDisplayText'], chosen['title'], fields['title'])
  }
  if (type === 'order') return wordsOfAny(fields['message'])
  const words = wordsOfAny(caption, comment, noteMsg, fieldsOf(fields['paymentNoteMsg'])['body'])
  return words === '' && isUnknown(type) && readsAsWords(body) ? wordsOfAny(body) : words
}

/** Whether no one here knows a kind: neither its attachment is read, nor is it a notice. */
const isUnknown = (type: string): boolean => !MEDIA.has(type) && readerOf(type) === undefined && !NOTICES.test(type)
