/** Sends messages to the administrator (the configured godfather) in their own chat and language. */
import type { Channel } from '../channels/channel.ts'
import type { Outbox } from '../conversation/outbox.ts'
import { chatOfPerson } from '../conversation/person-chat.ts'
import { personLanguage } from '../conversation/reply-language.ts'
import type { ReplyWriter } from '../conversation/reply-writer.ts'
import type { InboxStore } from '../messages/inbox-store.ts'
import type { ChatId } from '../messages/message.ts'
import { scopeOfPerson } from '../messages/scope.ts'
import type { People } from '../people/people.ts'
import type { Person } from '../people/person.ts'
import type { Preferences } from '../people/preferences.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { stringsIn, type Language } from '../text/language.ts'
import type { Strings } from '../text/strings/strings.ts'

export interface AdministratorChatDeps {
  /** Digits of the configured godfather's number. */
  readonly phone: string
  readonly people: Pick<People, 'lookUp' | 'resolve'>
  readonly preferences: Pick<Preferences, 'of'>
  readonly sessions: Pick<Sessions, 'lastSaid'>
  readonly inbox: Pick<InboxStore, 'hasWritten'>
  readonly outbox: Pick<Outbox, 'notify'>
  readonly writer: ReplyWriter
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
}

type Administrator = Pick<Person, 'person_id' | 'identities'>

const UNREADABLE: Administrator = { person_id: 'administrator', identities: [] }

export class AdministratorChat {
  readonly #deps: AdministratorChatDeps

  constructor(deps: AdministratorChatDeps) {
    this.#deps = deps
  }

  /**
   * Sends one message. Nothing is sent while it could not arrive.
   * @returns whether it was sent, may have been sent, or is held until it can be
   */
  async say(wording: (strings: Strings) => string): Promise<boolean> {
    const { outbox, writer, channelOf } = this.#deps
    const person = await this.#administrator()
    const chat_id = await this.#chatOf(person)
    const channel = channelOf(chat_id)
    if (channel === undefined || (await channel.health()).state !== 'ok') return false
    const text = wording(stringsIn(await this.#languageFor(person)))
    const to = {
      chat_id,
      chat_kind: 'direct',
      person_id: person.person_id,
      scope: scopeOfPerson(person.person_id),
    } as const
    return await outbox.notify(writer.notice([], to, text))
  }

  /** The administrator. If the database cannot be read, the configured number is enough. */
  async #administrator(): Promise<Administrator> {
    const { people, phone } = this.#deps
    try {
      return (await people.lookUp(phone)) ?? (await people.resolve({ identities: [{ kind: 'phone', value: phone }] }))
    } catch {
      return UNREADABLE
    }
  }

  /**
   * The chat in which the administrator wrote, under any of their addresses; otherwise that of the configured number.
   */
  async #chatOf({ identities }: Administrator): Promise<ChatId> {
    const { inbox, phone } = this.#deps
    const hasWritten = (chat_id: ChatId): Promise<boolean> => inbox.hasWritten(chat_id).catch(() => false)
    return (await chatOfPerson({ identities }, { hasWritten })) ?? `${phone}@c.us`
  }

  async #languageFor({ person_id }: Administrator): Promise<Language> {
    const { preferences, sessions } = this.#deps
    return await personLanguage(sessions, preferences)(scopeOfPerson(person_id), person_id).catch((): Language => 'en')
  }
}
