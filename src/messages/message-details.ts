/**
 * The content of a message besides its writer's own words, such as a place or a picture, and its description in words.
 */
import { cutStart } from '../text/cut.ts'
import { counted } from '../platform/counted.ts'

/** A person whose contact card was sent. */
export interface ContactCard {
  readonly name?: string | undefined
  readonly numbers: readonly string[]
  /** What else the card says, such as a company or an address. */
  readonly more?: readonly string[] | undefined
}

/** Names of the kinds of media about which only their arrival is known. */
const MEDIA_NAMES = {
  picture: 'picture',
  video: 'video',
  gif: 'GIF',
  sticker: 'sticker',
  voice: 'voice message',
  audio: 'audio file',
} as const
export type MediaKind = keyof typeof MEDIA_NAMES

/** The attachment of a message. Texts are as the channel gave them. */
export type Attachment =
  | {
      readonly kind: 'location'
      readonly name?: string | undefined
      readonly address?: string | undefined
      /** Degrees. */
      readonly latitude?: number | undefined
      readonly longitude?: number | undefined
      /** The place moves with its sender. */
      readonly live?: boolean | undefined
    }
  | {
      readonly kind: 'contacts'
      readonly contacts: readonly ContactCard[]
      /** How many cards there are. */
      readonly count: number
    }
  | { readonly kind: 'poll'; readonly question: string; readonly options: readonly string[] }
  /** The choices in a poll; empty if a vote was withdrawn. */
  | { readonly kind: 'vote'; readonly question?: string | undefined; readonly options: readonly string[] }
  | { readonly kind: 'document'; readonly name?: string | undefined; readonly pages?: number | undefined }
  | {
      readonly kind: MediaKind
      readonly seconds?: number | undefined
      /** It can be viewed only once. */
      readonly view_once?: boolean | undefined
    }
  | {
      readonly kind: 'event'
      readonly name: string
      readonly description?: string | undefined
      readonly place?: string | undefined
      /** As the channel gives it, an instant in ISO format; as stored, the local time of who sent it. */
      readonly starts?: string | undefined
      readonly ends?: string | undefined
      readonly cancelled?: boolean | undefined
    }
  | {
      readonly kind: 'product' | 'order'
      readonly title?: string | undefined
      readonly description?: string | undefined
      /** Amount and currency, such as `12.50 EUR`. */
      readonly price?: string | undefined
      readonly items?: number | undefined
    }
  /** `requested`: its sender asks for it. */
  | { readonly kind: 'payment'; readonly amount?: string | undefined; readonly requested?: boolean | undefined }
  | { readonly kind: 'group_invite' | 'channel_invite'; readonly name?: string | undefined }
  /** Only the account's phone can open it: a view-once message, or a kind that other devices do not show. */
  | { readonly kind: 'view_once' | 'phone_only' }
  /** `type`: the channel's own name for a kind that DeniDin does not know. */
  | { readonly kind: 'unknown'; readonly type: string }

/** Whether a message was forwarded: its text is then someone else's. `often`: five times or more. */
export type Forwarded = 'once' | 'often'

/** The part of a message that its writer did not type. */
export interface MessageDetails {
  readonly forwarded?: Forwarded | undefined
  readonly attachment?: Attachment | undefined
}

/** Most characters of an attachment's names, addresses and options that are shown, in UTF-16 units. */
const MOST_CHARACTERS = 200
/** The same for a description. */
const MOST_DESCRIPTION = 600
/** How many contacts and options are named; beyond that only their number is given. */
const MOST_LISTED = 12
const MOST_NUMBERS = 3

/** Characters that end a line, or would show a text in another order than it has. */
// eslint-disable-next-line no-control-regex -- these are what is taken out
const UNSEEN = /[\s\u0000-\u001f\u007f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g

/** A foreign text in quotation marks: on one line, of limited length, and unable to close its quotation marks. */
export const inQuotes = (text: string, most = MOST_CHARACTERS): string => {
  const line = cutStart(text, most * 2)
    .toWellFormed()
    .replace(UNSEEN, ' ')
    .trim()
  const shown = cutStart(line, most)
  return JSON.stringify(shown.length < line.length || text.length > most * 2 ? `${shown}…` : shown)
}

/** `0:14` or `1:02:03` */
const duration = (seconds: number): string => {
  const whole = Math.round(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const [hours = 0, minutes = 0, rest = 0] = parts
  const end = String(rest).padStart(2, '0')
  return hours === 0 ? `${String(minutes)}:${end}` : `${String(hours)}:${String(minutes).padStart(2, '0')}:${end}`
}

const UNNAMED_KINDS: readonly Attachment['kind'][] = ['unknown', 'view_once', 'phone_only']

/** Whether only the arrival of an attachment is known. */
export const isUnseen = (attachment: Attachment): boolean =>
  UNNAMED_KINDS.includes(attachment.kind) || Object.hasOwn(MEDIA_NAMES, attachment.kind)

type Part = string | undefined | false

const joined = (...parts: readonly Part[]): string =>
  parts.filter(part => part !== undefined && part !== false && part !== '').join(', ')

const quoted = (text: string | undefined, most?: number): Part =>
  text === undefined ? undefined : inQuotes(text, most)

const labelled = (label: string, parts: string): string => (parts === '' ? label : `${label}: ${parts}`)

const listed = (items: readonly string[], count: number, separator: string): string => {
  const shown = items.slice(0, MOST_LISTED)
  const more = Math.max(count, items.length) - shown.length
  return [...shown, ...(more > 0 ? [`${String(more)} more`] : [])].join(separator)
}

const placeWords = ({
  name,
  address,
  latitude,
  longitude,
  live,
}: Extract<Attachment, { kind: 'location' }>): string => {
  const point =
    latitude === undefined || longitude === undefined
      ? undefined
      : `latitude ${String(latitude)}, longitude ${String(longitude)}`
  return labelled(live === true ? 'live location' : 'location', joined(quoted(name), quoted(address), point))
}

const contactWords = ({ contacts, count }: Extract<Attachment, { kind: 'contacts' }>): string => {
  const cards = contacts.map(({ name, numbers, more = [] }) =>
    joined(quoted(name), ...numbers.slice(0, MOST_NUMBERS), ...more.map(each => inQuotes(each))),
  )
  return labelled(Math.max(count, contacts.length) > 1 ? 'contacts' : 'contact', listed(cards, count, '; '))
}

const mediaWords = ({ kind, seconds, view_once }: Extract<Attachment, { kind: MediaKind }>): string =>
  joined(
    `${view_once === true ? 'view-once ' : ''}${MEDIA_NAMES[kind]}`,
    seconds !== undefined && duration(seconds),
    kind === 'voice' ? 'not transcribed' : kind === 'audio' ? 'not heard' : 'not seen',
  )

const eventWords = (event: Extract<Attachment, { kind: 'event' }>): string => {
  const { name, description, place, starts, ends, cancelled } = event
  const times = joined(starts !== undefined && `from ${starts}`, ends !== undefined && `to ${ends}`)
  return labelled(
    cancelled === true ? 'cancelled event' : 'event',
    joined(
      inQuotes(name),
      times,
      place !== undefined && `at ${inQuotes(place)}`,
      quoted(description, MOST_DESCRIPTION),
    ),
  )
}

const attachmentWords = (attachment: Attachment): string => {
  switch (attachment.kind) {
    case 'location':
      return placeWords(attachment)
    case 'contacts':
      return contactWords(attachment)
    case 'poll': {
      const options = attachment.options.map(each => inQuotes(each))
      return labelled('poll', joined(inQuotes(attachment.question), listed(options, options.length, ' / ')))
    }
    case 'vote': {
      const chosen = listed(
        attachment.options.map(each => inQuotes(each)),
        attachment.options.length,
        ' / ',
      )
      const vote = labelled('vote', chosen === '' ? 'taken back' : chosen)
      return attachment.question === undefined ? vote : `${vote}, in the poll ${inQuotes(attachment.question)}`
    }
    case 'document':
      return labelled(
        'document, not read',
        joined(quoted(attachment.name), attachment.pages !== undefined && `${String(attachment.pages)} pages`),
      )
    case 'event':
      return eventWords(attachment)
    case 'product':
    case 'order': {
      const { kind, title, description, price, items } = attachment
      const size = items !== undefined && counted(items, 'item')
      return labelled(kind, joined(quoted(title), quoted(description, MOST_DESCRIPTION), size, price))
    }
    case 'payment':
      return labelled(attachment.requested === true ? 'payment request' : 'payment', attachment.amount ?? '')
    case 'group_invite':
      return labelled('invitation to a group', joined(quoted(attachment.name)))
    case 'channel_invite':
      return labelled('invitation to run a channel', joined(quoted(attachment.name)))
    case 'view_once':
      return 'view-once message, which only the phone can open'
    case 'phone_only':
      return 'message that only the phone can show'
    case 'unknown':
      return 'something of a kind that cannot be read'
    default:
      return mediaWords(attachment)
  }
}

/** Describes an attachment in words: `[location: "Central Station", latitude 32.05, longitude 34.78]`. */
export const describeAttachment = (attachment: Attachment): string => `[${attachmentWords(attachment)}]`

/**
 * The text under which a message is stored, shown and found: its writer's words, and below them the description of its
 * attachment.
 */
export const textWithDetails = (words: string, { attachment }: MessageDetails = {}): string => {
  if (attachment === undefined) return words
  const description = describeAttachment(attachment)
  return words.trim() === '' ? description : `${words.trimEnd()}\n${description}`
}

/** The writer's own words in the text of a message. */
export const ownWords = ({
  text,
  details,
}: {
  readonly text: string
  readonly details?: MessageDetails | undefined
}): string => {
  if (details?.attachment === undefined) return text
  const description = describeAttachment(details.attachment)
  return text.endsWith(description) ? text.slice(0, -description.length).trimEnd() : text
}

/** Whether the text of a message is someone else's, which its sender only forwarded. */
export const isForwarded = ({ details }: { readonly details?: MessageDetails | undefined }): boolean =>
  details?.forwarded !== undefined
