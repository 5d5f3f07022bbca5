/** The direct chat of a person, in which the bot may write without being asked. */
import type { InboxStore } from '../messages/inbox-store.ts'
import type { ChatId, MessageId } from '../messages/message.ts'
import { scopeOfPerson } from '../messages/scope.ts'
import { addressOfIdentity } from '../people/chat-addresses.ts'
import type { Person } from '../people/person.ts'
import type { Outbox } from './outbox.ts'
import type { ReplyWriter } from './reply-writer.ts'

/** The chat in which a person wrote, under any of their addresses; `undefined`: they never wrote in a direct chat. */
export const chatOfPerson = async (
  { identities }: Pick<Person, 'identities'>,
  inbox: Pick<InboxStore, 'hasWritten'>,
): Promise<ChatId | undefined> => {
  for (const identity of identities) {
    const chat_id = addressOfIdentity(identity)
    if (chat_id !== undefined && (await inbox.hasWritten(chat_id))) return chat_id
  }
  return undefined
}

/** A message that was sent, or is held until it can be. */
export interface SentToPerson {
  readonly chat_id: ChatId
  /** `undefined`: it is held, because of quiet hours, a pause, or a channel that is not connected. */
  readonly message_id: MessageId | undefined
}

export interface PersonChatsDeps {
  readonly inbox: Pick<InboxStore, 'hasWritten'>
  readonly outbox: Pick<Outbox, 'deliver'>
  readonly writer: Pick<ReplyWriter, 'reply'>
}

export class PersonChats {
  readonly #deps: PersonChatsDeps

  constructor(deps: PersonChatsDeps) {
    this.#deps = deps
  }

  /** Sends a message that answers nothing; it is part of the conversation. `undefined`: the person never wrote. */
  async send(person: Pick<Person, 'person_id' | 'identities'>, text: string): Promise<SentToPerson | undefined> {
    const { inbox, outbox, writer } = this.#deps
    const chat_id = await chatOfPerson(person, inbox)
    if (chat_id === undefined) return undefined
    const { person_id } = person
    const to = { chat_id, chat_kind: 'direct', person_id, scope: scopeOfPerson(person_id) } as const
    return { chat_id, message_id: await outbox.deliver(await writer.reply([], to, text)) }
  }
}
