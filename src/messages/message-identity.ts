/**
 * Decides whether a message is already known. WhatsApp writes the same message under several ids: with the chat's phone
 * number or its LID, with or without a device or an author. Only the chat and the stanza id count.
 */
import type { ChatAddresses } from '../people/chat-addresses.ts'
import type { Identity } from '../people/person.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import type { KnownMessage, KnownMessages } from './known-messages.ts'
import { isDirectChat, messageKeyOf, type MessageKey } from './message-key.ts'
import type { MessageId } from './message.ts'

/** A message as a channel names it. */
export interface NamedMessage {
  readonly message_id: MessageId
  /** Milliseconds since the Unix epoch; `undefined` if the channel gives no time. */
  readonly sent_at?: number | undefined
  /** Identities that the channel shows for the other person of a direct chat. */
  readonly identities?: readonly Identity[] | undefined
}

export interface MessageIdentityDeps {
  readonly known: KnownMessages
  readonly addresses: Pick<ChatAddresses, 'areSame'>
}

/** For a message of ours, WhatsApp's time and our time of sending differ by less than this. */
const SAME_TIME_MS = MINUTE_MS

export class MessageIdentity {
  readonly #deps: MessageIdentityDeps

  constructor(deps: MessageIdentityDeps) {
    this.#deps = deps
  }

  /** The id under which a message is known; its own id if it is new. */
  async idOf(message: NamedMessage): Promise<MessageId> {
    return (await this.idsOf([message])).get(message.message_id) ?? message.message_id
  }

  /**
   * The known message, by us or by others, that a quote names. A channel may not give its author, or give it under
   * another address. `undefined` if no such message is known.
   */
  async quoted(message_id: MessageId): Promise<KnownMessage | undefined> {
    const key = messageKeyOf(message_id)
    const candidates = await this.#deps.known.withStanzaIds([key.stanza_id])
    const exact = candidates.find(each => each.message_id === message_id)
    if (exact !== undefined) return exact
    for (const own of [key.own, !key.own]) {
      for (const candidate of candidates)
        if (await this.#isSame({ message_id }, { ...key, own }, candidate)) return candidate
    }
    return undefined
  }

  /** The ids under which messages are known, by the ids that the channel uses; new messages have their own. */
  async idsOf(messages: readonly NamedMessage[]): Promise<ReadonlyMap<MessageId, MessageId>> {
    const keys = messages.map(message => messageKeyOf(message.message_id))
    const known = await this.#deps.known.withStanzaIds(keys.map(key => key.stanza_id))
    const byStanza = Map.groupBy(known, each => messageKeyOf(each.message_id).stanza_id)
    const ids = new Map<MessageId, MessageId>()
    for (const [index, message] of messages.entries()) {
      const key = keys[index] ?? messageKeyOf(message.message_id)
      ids.set(message.message_id, await this.#match(message, key, byStanza.get(key.stanza_id) ?? []))
    }
    return ids
  }

  async #match(message: NamedMessage, key: MessageKey, candidates: readonly KnownMessage[]): Promise<MessageId> {
    const { message_id } = message
    if (candidates.length === 0 || candidates.some(each => each.message_id === message_id)) return message_id
    for (const candidate of candidates) if (await this.#isSame(message, key, candidate)) return candidate.message_id
    return message_id
  }

  async #isSame(message: NamedMessage, key: MessageKey, known: KnownMessage): Promise<boolean> {
    const other = messageKeyOf(known.message_id)
    if (key.own !== other.own || key.chat_id === undefined || other.chat_id === undefined) return false
    if (!isDirectChat(key.chat_id) || !isDirectChat(other.chat_id)) {
      return key.chat_id === other.chat_id && (await this.#isSameAuthor(key, other))
    }
    const same = await this.#deps.addresses.areSame(key.chat_id, other.chat_id, message.identities)
    if (same !== 'unknown') return same === 'yes'
    // Nothing is known about one of the addresses. Stanza ids are random, and only the two people of the chat know
    // them.
    return message.sent_at === undefined || Math.abs(message.sent_at - known.sent_at) <= SAME_TIME_MS
  }

  /**
   * A group member may write a message with the stanza id of another member's message: that is not the same message.
   */
  async #isSameAuthor(one: MessageKey, other: MessageKey): Promise<boolean> {
    if (one.own || one.author_id === undefined || other.author_id === undefined) return true
    return (await this.#deps.addresses.areSame(one.author_id, other.author_id)) !== 'no'
  }
}
