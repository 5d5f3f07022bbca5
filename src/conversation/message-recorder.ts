/** Records an incoming message before any work on it: its writer, its scope, and whether it is to be answered. */
import type { IncomingMessage, QuotedCopy } from '../messages/message.ts'
import { textWithDetails, type MessageDetails } from '../messages/message-details.ts'
import { kindOfIncoming } from '../messages/message-kind.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { QuotedWords } from '../messages/quote-reader.ts'
import type { MemberNames } from '../messages/member-names.ts'
import { scopeOf, type Scope } from '../messages/scope.ts'
import { personOf } from '../people/chat-addresses.ts'
import type { People } from '../people/people.ts'
import type { Person, PersonId } from '../people/person.ts'
import { knownName } from '../people/sender-normalisation.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { TimeZone } from '../platform/time-zone.ts'
import { isBeginning, messageText } from '../text/message-text.ts'
import { timeOfDay } from '../text/strings/written-day.ts'
import { countInSlices, type TokenCounter } from '../text/tokens.ts'
import type { Admission } from './admission.ts'
import type { Apologies } from './apologies.ts'
import type { ZoneOf } from '../people/personal-zones.ts'
import type { RecentChanges } from './recent-changes.ts'
import type { TurnMessage } from './turn-message.ts'

export interface MessageRecorderDeps {
  readonly rules: {
    /** Older messages, found after an absence, are stored as history and not answered. */
    readonly answer_within_ms: number
    /** Whether the messages of a conversation may be stored. */
    readonly remembers: (scope: Scope) => Promise<boolean>
    /** Whose messages are read at all. */
    readonly admission: Admission
    /** The zone in which a sender's times are written down. */
    readonly zoneOf: ZoneOf
  }
  readonly people: Pick<People, 'resolve' | 'lookUp'>
  readonly members: Pick<MemberNames, 'latest' | 'nameOf'>
  readonly messages: Pick<MessageStore, 'inbox'>
  /** Knows edits that arrived before their message. */
  readonly recent: Pick<RecentChanges, 'wordsOf'>
  readonly apologies: Pick<Apologies, 'forRefused' | 'welcome'>
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

/** `2026-12-01 20:00` */
const wallTime = (instant: string, zone: TimeZone): string => {
  const at = Date.parse(instant)
  return `${zone.isoDay(at)} ${timeOfDay(zone.wallClock(at))}`
}

/** Details with the times of an event in the sender's local time. */
const datedDetails = (details: MessageDetails | undefined, zone: TimeZone): MessageDetails | undefined => {
  const { attachment } = details ?? {}
  if (attachment?.kind !== 'event') return details
  const { starts, ends } = attachment
  const dated = {
    ...(starts === undefined ? {} : { starts: wallTime(starts, zone) }),
    ...(ends === undefined ? {} : { ends: wallTime(ends, zone) }),
  }
  return { ...details, attachment: { ...attachment, ...dated } }
}

/** A readable character: a letter, a digit, or a symbol. */
const WORDS = /[\p{L}\p{N}\p{P}\p{S}]/u

export class MessageRecorder {
  readonly #deps: MessageRecorderDeps
  readonly #logger: Logger
  readonly #began: { readonly now: number; readonly monotonic: number }

  constructor(deps: MessageRecorderDeps) {
    this.#deps = deps
    this.#began = { now: deps.clock.now(), monotonic: deps.clock.monotonic() }
    this.#logger = deps.logger.for('inbox')
  }

  /**
   * @returns the message if it is to be processed; `undefined` if it is already known, blocked, or without content
   * @throws if it could not be recorded; its writer was told so
   */
  async record(incoming: IncomingMessage, trace: string): Promise<TurnMessage | undefined> {
    const { rules, people, messages, recent, apologies, tokens: counter, clock, metrics } = this.#deps
    const late = this.#ageOf(incoming) > rules.answer_within_ms
    const words = messageText(recent.wordsOf(incoming.message_id) ?? incoming.text)
    const kind = kindOfIncoming({ ...incoming, text: words })
    const person = await people.resolve(incoming.sender)
    const details = datedDetails(incoming.details, await rules.zoneOf(person.person_id))
    const text = kind === 'command' ? words : textWithDetails(words, details)
    const seen = { ...incoming, text, ...(details === undefined ? {} : { details }) }
    const message = late ? { ...seen, addressed: false } : seen
    const scope = scopeOf(message, person.person_id)
    const { message_id, chat_id, chat_kind, addressed, sent_at, sender, reply_to, expires_at } = message
    const blocked = person.role === 'blocked'
    const refused = !blocked && !(await rules.admission.admits(person, chat_id))
    const let_in = refused && (await rules.admission.letIn(person, message))
    const quote = await this.#admittedQuote(message)
    // A message that has already disappeared when it is found is not stored.
    const gone = (message.expires_at ?? Number.POSITIVE_INFINITY) <= clock.now()
    const ignored = blocked || refused || gone || (kind !== 'unreadable' && !WORDS.test(text))
    const stored = !ignored && (await rules.remembers(scope))
    const tokens = await countInSlices(counter, text)
    const sender_name = ignored ? undefined : await this.#speakerName(message, person, scope)
    const receipt = await messages.inbox
      .receive({
        message: sender_name === undefined ? message : { ...message, sender: { ...sender, name: sender_name } },
        scope,
        person_id: person.person_id,
        received_at: clock.now(),
        state: ignored ? 'ignored' : 'received',
        kind,
        tokens: stored ? tokens : undefined,
        quoted: quote === undefined ? undefined : await this.#wordsOf(quote, scope, person.person_id),
      })
      .catch(async (error: unknown) => {
        if (!ignored && addressed) await apologies.forRefused(message, person)
        throw error
      })
    if (receipt === 'known') {
      metrics.count('messages_duplicate')
      return undefined
    }
    metrics.count(ignored ? 'messages_ignored' : 'messages_received')
    this.#logger.info('Message received', {
      message_id,
      blocked,
      ...(refused ? { not_allowed: true } : { tokens }),
      ...(late ? { late } : {}),
    })
    if (let_in) await apologies.welcome(message, person)
    if (isBeginning(words)) this.#logger.warn('Only the beginning of a message was read', { message_id })
    if (ignored) return undefined
    const { person_id } = person
    const where = { message_id, chat_id, chat_kind, person_id, scope }
    return {
      ...where,
      kind,
      addressed,
      text,
      stored,
      sender_name,
      tokens,
      sent_at,
      trace,
      reply_to,
      details,
      expires_at,
      quote,
    }
  }

  /** The quote of a message, unless it shows words of a person whose messages are not read. */
  async #admittedQuote({ quote, chat_id }: IncomingMessage): Promise<QuotedCopy | undefined> {
    const { rules, people } = this.#deps
    if (quote?.by === undefined || quote.by === 'bot') return quote
    const { identities } = quote.by
    const person = (await personOf(people, identities)) ?? ({ identities, role: 'client', allowed: false } as const)
    return (await rules.admission.admits(person, chat_id)) ? quote : undefined
  }

  /**
   * Quoted text that may be stored: that of the bot and of people whom DeniDin knows, so that they can have it
   * forgotten.
   */
  async #wordsOf(
    { by, text: written }: QuotedCopy,
    scope: Scope,
    person_id: PersonId,
  ): Promise<QuotedWords | undefined> {
    const text = messageText(written)
    if (text === '' || by === undefined) return undefined
    if (by === 'bot') return { role: 'assistant', person_id, sender_name: undefined, text }
    const said_by = await personOf(this.#deps.people, by.identities)
    if (said_by === undefined) return undefined
    // In a group, people have the same name here as in their other messages.
    const sender_name = (await this.#deps.members.latest(scope, said_by.person_id)) ?? said_by.name
    return { role: 'user', person_id: said_by.person_id, sender_name, text }
  }

  async #speakerName(
    { chat_kind, sender }: Pick<IncomingMessage, 'chat_kind' | 'sender'>,
    { person_id, identities, name: known }: Person,
    scope: Scope,
  ): Promise<string | undefined> {
    const name = knownName(sender) ?? known
    return chat_kind === 'direct' ? name : await this.#deps.members.nameOf({ scope, person_id, identities, name })
  }

  /** Milliseconds since a message was sent. A clock that was set forward meanwhile does not make a message old. */
  #ageOf({ sent_at }: IncomingMessage): number {
    const { clock } = this.#deps
    const steady = this.#began.now + clock.monotonic() - this.#began.monotonic
    return Math.min(clock.now(), steady) - sent_at
  }
}
