/** Decides whose messages are read at all: everyone's, or only those of people on the allow list, or of contacts. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Channel } from '../channels/channel.ts'
import type { ChatId, IncomingMessage } from '../messages/message.ts'
import { addressOfIdentity } from '../people/chat-addresses.ts'
import type { People } from '../people/people.ts'
import type { Person, PersonId } from '../people/person.ts'
import { HOUR_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { lru } from '../platform/lru.ts'

/** What is known of a person who wants to be read. */
type AdmittedPerson = Pick<Person, 'allowed' | 'identities' | 'role'>

/** Whose messages are read. */
export interface Admission {
  /** Whether messages of a person in a chat are read. One that is not is neither stored nor shown to a model. */
  admits(person: AdmittedPerson, chat_id: ChatId): Promise<boolean>
  /** Lets in a person whose message is the invite code. @returns whether it is */
  letIn(person: Person, message: Pick<IncomingMessage, 'chat_kind' | 'text'>): Promise<boolean>
}

export interface AnswerRulesDeps {
  /** `whatsapp.answer` */
  readonly answer: 'everyone' | 'allow_list' | 'contacts'
  /** `whatsapp.invite_code` */
  readonly invite_code: string | undefined
  readonly people: Pick<People, 'setAllowed'>
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** How often one person may send what could be the code, and all people together. */
const MOST_TRIES_PER_HOUR = 5
const MOST_TRIES_OF_ALL_PER_HOUR = 100
/** People whose tries are counted: the counts of all together hold for the others. */
const MOST_COUNTED = 10_000
/** Longer than any code. */
const MOST_CODE_CHARACTERS = 200

export class AnswerRules implements Admission {
  readonly #deps: AnswerRulesDeps
  readonly #tries = lru<PersonId, readonly number[]>(MOST_COUNTED)
  #all: readonly number[] = []

  constructor(deps: AnswerRulesDeps) {
    this.#deps = deps
  }

  async admits(person: AdmittedPerson, chat_id: ChatId): Promise<boolean> {
    const { answer, channelOf } = this.#deps
    if (answer === 'everyone') return true
    const channel = channelOf(chat_id)
    // A terminal, and a program with a token, are let in by the operator.
    if (channel?.pace === 'immediate') return true
    if (person.role === 'godfather' || person.allowed) return true
    return answer === 'contacts' && (await this.#isContact(person, channel))
  }

  async letIn(person: Person, { chat_kind, text }: Pick<IncomingMessage, 'chat_kind' | 'text'>): Promise<boolean> {
    const { invite_code, people, logger } = this.#deps
    if (invite_code === undefined || chat_kind !== 'direct') return false
    const word = text.trim()
    if (word === '' || word.length > MOST_CODE_CHARACTERS || !this.#mayTry(person.person_id)) return false
    if (!isEqual(word, invite_code)) return false
    await people.setAllowed(person.person_id, true)
    logger.for('audit').info('A person was let in by the invite code', { person_id: person.person_id })
    return true
  }

  /** Without an answer of the channel, a person counts as unknown. */
  async #isContact({ identities }: AdmittedPerson, channel: Channel | undefined): Promise<boolean> {
    if (channel?.isContact === undefined) return false
    const addresses = identities.flatMap(identity => addressOfIdentity(identity) ?? [])
    try {
      return await channel.isContact(addresses)
    } catch (error) {
      this.#deps.logger.for('inbox').warn('It is unknown whether a person is a contact; their message is not read', {
        reason: asDenidinError(error).message,
      })
      return false
    }
  }

  /** Counts a try. Further ones within the hour are not even compared. */
  #mayTry(person_id: PersonId): boolean {
    const now = this.#deps.clock.monotonic()
    const recent = (tries: readonly number[]): readonly number[] => tries.filter(at => at > now - HOUR_MS)
    const own = recent(this.#tries.get(person_id) ?? [])
    this.#all = recent(this.#all)
    if (own.length >= MOST_TRIES_PER_HOUR || this.#all.length >= MOST_TRIES_OF_ALL_PER_HOUR) return false
    this.#tries.set(person_id, [...own, now])
    this.#all = [...this.#all, now]
    return true
  }
}

/** The time of the comparison tells nothing about the code. */
const isEqual = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
