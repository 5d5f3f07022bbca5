/** Reads messages of whatsapp-web.js: the one place that knows how WhatsApp's page writes a message. */
import { createHash } from 'node:crypto'
import { textWithDetails, type MessageDetails } from '../../../messages/message-details.ts'
import { messageKeyOf, plainAddress } from '../../../messages/message-key.ts'
import { SECOND_MS } from '../../../platform/clock.ts'
import { cutStart } from '../../../text/cut.ts'
import { CIPHERTEXT, isGroup, PLACEHOLDERS, POLL_VOTE, type WhatsAppMessage } from '../whatsapp-message.ts'
import { parseAttachment, parseWords } from './attachment-parser.ts'
import { fieldsOf, textOf, type Fields } from './raw-fields.ts'

/** Most characters of a quoted message that are kept, in UTF-16 units. */
const MOST_QUOTED = 4000

/** Longer than any message id. The sender's program chooses the id, so it may be anything. */
const MOST_ID_CHARACTERS = 300
/** Most options of a poll that are kept. */
const MOST_OPTIONS = 50
/** More people than a group has. */
const MOST_MENTIONS = 10_000

/**
 * An address that came as text or as an object, without the device that it may name (`15550001111:7@c.us`). `undefined`
 * if it is not an address.
 */
export const addressOf = (value: unknown): string | undefined => {
  const fields = fieldsOf(value)
  const built =
    textOf(fields['user']) === undefined ? undefined : `${String(fields['user'])}@${String(fields['server'])}`
  const address = textOf(value) ?? textOf(fields['_serialized']) ?? built
  return address === undefined ? undefined : plainAddress(address)
}

/**
 * The text of a message id: under its old name, under its name since July 2026 (`$1`), or else built from its parts as
 * WhatsApp builds it. `undefined` if none of these exists. If an id is far too long, its end is replaced by a hash.
 */
export const messageIdOf = (value: unknown): string | undefined => {
  const id = writtenIdOf(value)
  if (id === undefined || id.length <= MOST_ID_CHARACTERS) return id
  const hash = createHash('sha256').update(id).digest('hex')
  return `${id.slice(0, MOST_ID_CHARACTERS - hash.length - 1)}~${hash}`
}

const writtenIdOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return textOf(value)
  const fields = fieldsOf(value)
  const written = textOf(fields['_serialized']) ?? textOf(fields['$1'])
  if (written !== undefined) return written
  const remote = addressOf(fields['remote'])
  const id = textOf(fields['id'])
  if (remote === undefined || id === undefined) return undefined
  const participant = addressOf(fields['participant'])
  return [String(fields['fromMe'] === true), remote, id, ...(participant === undefined ? [] : [participant])].join('_')
}

/** From this many times on, WhatsApp shows a message as forwarded many times. */
const FORWARDED_OFTEN = 5

/** Content of an encrypted message that this device will never see, even if it is resent. */
const placeholderOf = (fields: Fields): 'view_once' | 'phone_only' | undefined =>
  fields['type'] === CIPHERTEXT ? PLACEHOLDERS.get(fields['subtype']) : undefined

const detailsOf = (fields: Fields): MessageDetails | undefined => {
  const score = Number(fields['forwardingScore'] ?? 0)
  const placeholder = placeholderOf(fields)
  const attachment = placeholder === undefined ? parseAttachment(fields) : ({ kind: placeholder } as const)
  // A post of a channel names the channel.
  const forwarded = fields['isForwarded'] === true || score > 0 || fields['forwardedNewsletterMessageInfo'] != null
  if (!forwarded) return attachment === undefined ? undefined : { attachment }
  return { forwarded: score >= FORWARDED_OFTEN ? 'often' : 'once', ...(attachment === undefined ? {} : { attachment }) }
}

type QuoteFields = Pick<WhatsAppMessage, 'quoted_author_id' | 'quoted_key' | 'quoted_text' | 'quoted_chat_id'>

/** The quote of a message. The copy of the quoted message, its author, or both may be missing. */
const quoteOf = (fields: Fields, chat_id: string): QuoteFields => {
  const quoted_key = textOf(fields['quotedStanzaID'])
  if (quoted_key === undefined || quoted_key.length > MOST_ID_CHARACTERS) {
    return { quoted_author_id: undefined, quoted_key: undefined }
  }
  const copied = fieldsOf(fields['quotedMsg'])
  const copy = { ...copied, type: textOf(copied['type']) ?? 'chat' }
  // The pictures of an album are messages of their own, but a reply quotes the album.
  const attachment = copy.type === 'album' ? ({ kind: 'picture' } as const) : parseAttachment(copy)
  const text = textWithDetails(cutStart(parseWords(copy), MOST_QUOTED), { attachment })
  const other = addressOf(fields['quotedRemoteJid'])
  return {
    quoted_author_id: addressOf(fields['quotedParticipant']),
    quoted_key,
    ...(text === '' ? {} : { quoted_text: text }),
    ...(other === undefined || other === chat_id ? {} : { quoted_chat_id: other }),
  }
}

/** The last instant that a date has, in milliseconds since the Unix epoch. */
const LAST_INSTANT = 8.64e15

const secondsIn = (value: unknown): number => {
  const seconds = Number(value ?? 0)
  return Number.isFinite(seconds) ? seconds : 0
}

/** A time in seconds as whole milliseconds: a sender's program may have written any number. */
const instantOf = (seconds: number): number => Math.round(Math.min(seconds * SECOND_MS, LAST_INSTANT))

/**
 * When a message disappears: at a fixed time, or a number of seconds after it was sent or read. The account reads at
 * once, so both count from sending.
 */
const expiryOf = (fields: Fields): number | undefined => {
  if (fields['kicState'] === 'KEPT' || fields['subtype'] === 'ephemeral_setting') return undefined
  const seconds = (name: string): number => Math.max(0, secondsIn(fields[name]))
  const at = seconds('expiredTimestamp')
  const durations = [seconds('ephemeralDuration'), seconds('afterReadDuration')].filter(each => each > 0)
  if (at > 0) return instantOf(at)
  return durations.length === 0 ? undefined : instantOf(seconds('t') + Math.min(...durations))
}

/**
 * Turns a vote in a poll, as the library reports it, into a message. The library gives no id: it gets one that is the
 * same whenever the same vote is reported.
 */
export const parseVote = (vote: unknown): WhatsAppMessage | undefined => {
  const { voter, parentMsgKey, parentMessage, selectedOptions, interractedAtTs } = fieldsOf(vote)
  const poll_id = messageIdOf(parentMsgKey)
  const author_id = addressOf(voter)
  const chat_id = poll_id === undefined ? undefined : messageKeyOf(poll_id).chat_id
  const sent_at = instantOf(Number(interractedAtTs) / SECOND_MS)
  if (poll_id === undefined || author_id === undefined || chat_id === undefined || !(sent_at > 0)) return undefined
  const parent = fieldsOf(fieldsOf(parentMessage)['rawData'])
  const poll = parseAttachment(parent)
  const options = Array.isArray(selectedOptions) ? selectedOptions.slice(0, MOST_OPTIONS) : []
  const stanza_id = `${messageKeyOf(poll_id).stanza_id}-vote-${String(sent_at)}`
  return {
    message_id: ['false', chat_id, stanza_id, ...(isGroup(chat_id) ? [author_id] : [])].join('_'),
    type: POLL_VOTE,
    from_me: false,
    chat_id,
    author_id,
    author_name: undefined,
    text: '',
    sent_at,
    mentioned_ids: [],
    quoted_author_id: undefined,
    quoted_key: undefined,
    details: {
      attachment: {
        kind: 'vote',
        question: poll?.kind === 'poll' ? poll.question : undefined,
        options: options.flatMap(option => textOf(fieldsOf(option)['name']) ?? []),
      },
    },
    // It disappears no later than a message that was sent at its time.
    expires_at: expiryOf({ ...parent, expiredTimestamp: undefined, t: sent_at / SECOND_MS }),
    ack: 0,
  }
}

/** Longer than the name of any group, in UTF-16 units. */
const MOST_NAME = 200
/** Most groups that one text mentions. */
const MOST_GROUPS = 50

/** A text that mentions groups by their names instead of their addresses. */
const withGroupNames = (text: string, mentions: unknown): string => {
  if (!Array.isArray(mentions)) return text
  return mentions.slice(0, MOST_GROUPS).reduce<string>((named, mention: unknown) => {
    const { groupJid, groupSubject } = fieldsOf(mention)
    const [address, name] = [addressOf(groupJid), textOf(groupSubject)?.trim()]
    return address === undefined || name === undefined || name === ''
      ? named
      : named.replaceAll(`@${address}`, () => `@${cutStart(name, MOST_NAME)}`)
  }, text)
}

/** Parses a raw message; `undefined` if it has no readable id, no chat or no author. */
export const parseMessage = (raw: unknown): WhatsAppMessage | undefined => {
  const fields = fieldsOf(raw)
  const key = fieldsOf(fields['id'])
  const message_id = messageIdOf(fields['id'])
  const from_me = key['fromMe'] === true
  const chat_id = addressOf(from_me ? fields['to'] : fields['from']) ?? addressOf(key['remote'])
  const author_id = addressOf(fields['author']) ?? addressOf(key['participant']) ?? addressOf(fields['from'])
  if (message_id === undefined || chat_id === undefined || author_id === undefined) return undefined
  const mentioned = Array.isArray(fields['mentionedJidList']) ? fields['mentionedJidList'].slice(0, MOST_MENTIONS) : []
  return {
    message_id,
    type: placeholderOf(fields) ?? textOf(fields['type']) ?? 'unknown',
    from_me,
    chat_id,
    author_id,
    author_name: textOf(fields['notifyName']),
    text: withGroupNames(parseWords(fields), fields['groupMentions']),
    sent_at: instantOf(Math.max(0, secondsIn(fields['t']))),
    mentioned_ids: mentioned.map(addressOf).filter(address => address !== undefined),
    ...quoteOf(fields, chat_id),
    details: detailsOf(fields),
    expires_at: expiryOf(fields),
    ack: Number(fields['ack'] ?? 0),
  }
}
