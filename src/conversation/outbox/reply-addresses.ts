/**
 * Decides under which addresses a person may be answered in a direct chat: a number may belong to someone else by now.
 */
import type { Channel } from '../../channels/channel.ts'
import { isDirectChat } from '../../messages/message-key.ts'
import type { ChatId } from '../../messages/message.ts'
import type { Reply } from '../../messages/outbox-store.ts'
import { addressOfIdentity } from '../../people/chat-addresses.ts'
import type { People } from '../../people/people.ts'
import { areOtherAccounts, lidsOf, type Person } from '../../people/person.ts'

export interface ReplyAddressesDeps {
  readonly people: Pick<People, 'find'>
}

export class ReplyAddresses {
  readonly #deps: ReplyAddressesDeps

  constructor(deps: ReplyAddressesDeps) {
    this.#deps = deps
  }

  /** For a reply to a recent message: first the address of that message, then the other ones of its person. */
  async ofFresh({ chat_id, person_id }: Reply): Promise<readonly ChatId[]> {
    if (!isDirectChat(chat_id)) return [chat_id]
    return withFirst(chat_id, addressesOf(await this.#deps.people.find(person_id)))
  }

  /** For a deferred reply: only the current addresses of its person. None if all of them passed to other people. */
  async ofHeld({ chat_id, person_id }: Reply, channel: Channel): Promise<readonly ChatId[]> {
    if (!isDirectChat(chat_id)) return [chat_id]
    const person = await this.#deps.people.find(person_id)
    if (person === undefined) return [chat_id]
    const theirs: ChatId[] = []
    for (const address of addressesOf(person)) {
      const shown = (await channel.identitiesOf?.(address)) ?? []
      if (!areOtherAccounts(lidsOf(shown), lidsOf(person.identities))) theirs.push(address)
    }
    return theirs.includes(chat_id) ? withFirst(chat_id, theirs) : theirs
  }
}

const withFirst = (first: ChatId, all: readonly ChatId[]): readonly ChatId[] => [
  first,
  ...all.filter(each => each !== first),
]

const addressesOf = (person: Person | undefined): readonly ChatId[] =>
  (person?.identities ?? []).map(addressOfIdentity).filter(address => address !== undefined)
