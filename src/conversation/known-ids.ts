/**
 * Translates ids at the border between the channels and the pipeline: every report of a channel about a known message
 * arrives with the id under which the message was first recorded.
 */
import type { BackfilledChat, ChannelEvents, OwnerMessage } from '../channels/channel.ts'
import type { MessageIdentity, NamedMessage } from '../messages/message-identity.ts'
import { isDirectChat, messageKeyOf } from '../messages/message-key.ts'
import type { ChatId, IncomingMessage, MessageId } from '../messages/message.ts'
import type { ChatAddresses } from '../people/chat-addresses.ts'
import type { Identity } from '../people/person.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'

type Events = Omit<ChannelEvents, 'ready'>
type Said = BackfilledChat['said'][number]

export interface KnownIdsDeps {
  readonly events: Events
  readonly identity: Pick<MessageIdentity, 'idOf' | 'idsOf' | 'quoted'>
  readonly addresses: Pick<ChatAddresses, 'all'>
}

export class KnownIds implements Events {
  readonly #deps: KnownIdsDeps
  /** The same message may come under two addresses simultaneously: the second one waits until the first is recorded. */
  readonly #messages = new KeyedQueue<string>()

  constructor(deps: KnownIdsDeps) {
    this.#deps = deps
  }

  async message(message: IncomingMessage): Promise<void> {
    await this.#alone(message, async () => {
      const message_id = await this.#deps.identity.idOf(namedIncoming(message))
      await this.#deps.events.message({ ...(await this.#withQuote(message)), message_id })
    })
  }

  async ownerWrote(message: OwnerMessage): Promise<void> {
    await this.#alone(message, async () => {
      const message_id = await this.#deps.identity.idOf(namedOwn(message))
      await this.#deps.events.ownerWrote({ ...message, message_id, aliases: await this.#aliasesOf(message) })
    })
  }

  async backfilled(chat: BackfilledChat): Promise<void> {
    const { identity, events } = this.#deps
    const ids = await identity.idsOf(chat.said.map(named))
    const idOf = (message_id: MessageId): MessageId => ids.get(message_id) ?? message_id
    const aliases = new Map<string, readonly ChatId[]>()
    const said: Said[] = []
    for (const { by, message } of chat.said) {
      const message_id = idOf(message.message_id)
      if (by === 'person') {
        said.push({ by, message: { ...(await this.#withQuote(message)), message_id } })
        continue
      }
      const key = JSON.stringify([message.chat_id, message.other?.identities])
      const known = aliases.get(key) ?? (await this.#aliasesOf(message))
      aliases.set(key, known)
      said.push({ by, message: { ...message, message_id, aliases: known } })
    }
    await events.backfilled({ ...chat, said })
  }

  async recordedUntil(chat_ids: readonly ChatId[]): Promise<ReadonlyMap<ChatId, number>> {
    const { events, addresses } = this.#deps
    const marks = new Map(await events.recordedUntil(chat_ids))
    for (const chat_id of chat_ids) {
      if (marks.has(chat_id) || !isDirectChat(chat_id)) continue
      // A chat whose address has changed is still the same chat.
      const others = await events.recordedUntil([...(await addresses.all(chat_id))])
      if (others.size > 0) marks.set(chat_id, Math.max(...others.values()))
    }
    return marks
  }

  async edited(change: Parameters<Events['edited']>[0]): Promise<void> {
    await this.#deps.events.edited({ ...change, message_id: await this.#deps.identity.idOf(change) })
  }

  async deleted(message_id: MessageId): Promise<void> {
    await this.#deps.events.deleted(await this.#deps.identity.idOf({ message_id }))
  }

  async reacted(reaction: Parameters<Events['reacted']>[0]): Promise<void> {
    const message_id = await this.#deps.identity.idOf({ message_id: reaction.message_id })
    await this.#deps.events.reacted({ ...reaction, message_id })
  }

  async #alone({ message_id }: { readonly message_id: MessageId }, act: () => Promise<void>): Promise<void> {
    await this.#messages.run(messageKeyOf(message_id).stanza_id, act)
  }

  /** The quoted message under its known id. A reply to one of our messages is addressed to the bot. */
  async #withQuote(message: IncomingMessage): Promise<IncomingMessage> {
    const { reply_to } = message
    const known = reply_to === undefined ? undefined : await this.#deps.identity.quoted(reply_to)
    if (known === undefined) return message
    return {
      ...message,
      reply_to: known.message_id,
      addressed: message.addressed || known.origin === 'ours',
    }
  }

  async #aliasesOf({ chat_id, other }: OwnerMessage): Promise<readonly ChatId[]> {
    if (!isDirectChat(chat_id)) return []
    return [...(await this.#deps.addresses.all(chat_id, other?.identities))].filter(each => each !== chat_id)
  }
}

const named = (said: Said): NamedMessage =>
  said.by === 'person' ? namedIncoming(said.message) : namedOwn(said.message)

const namedIncoming = ({ message_id, sent_at, chat_kind, sender }: IncomingMessage): NamedMessage => ({
  message_id,
  sent_at,
  identities: directOnly(chat_kind, sender.identities),
})

const namedOwn = ({ message_id, sent_at, chat_kind, other }: OwnerMessage): NamedMessage => ({
  message_id,
  sent_at,
  identities: directOnly(chat_kind, other?.identities),
})

const directOnly = (
  chat_kind: 'direct' | 'group',
  identities: readonly Identity[] | undefined,
): readonly Identity[] | undefined => (chat_kind === 'direct' ? identities : undefined)
