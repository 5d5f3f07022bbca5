/** Finds the conversation and the people here that a conversation of a Python DeniDin belongs to. */
import type { Speaker } from '../../ingest/binding/participants.ts'
import { chatKey, type PythonChat } from '../../ingest/python-denidin/python-records.ts'
import { BOT, type PythonConversation, type PythonSender } from '../../ingest/python-denidin/survey.ts'
import { looseName } from '../../messages/forgotten-words.ts'
import type { Person, PersonId } from '../../people/person.ts'
import { phoneDigits } from '../../platform/phone.ts'
import type { Uses } from '../context.ts'
import { boundTo, type Binding } from './binding.ts'
import { admit, everyone, isNewcomer, newcomer } from './ingest-people.ts'
import { givenSpeakers } from './senders.ts'

/** A conversation here, and who is behind each sender there. */
export interface MatchedConversation {
  readonly binding: Binding
  readonly speakers: ReadonlyMap<string, Speaker>
  /** Senders of a group whose messages are left out, because it is not certain who they are. */
  readonly unknown: readonly PythonSender[]
}

interface MatchingOptions {
  /** What the caller says about senders of groups. */
  readonly participant: readonly string[] | undefined
  readonly dry_run: boolean
}

/** Matches conversations with people: by number; in groups also by what the caller says, and by names. */
export class PythonConversations {
  readonly #context: Uses<'people.directory' | 'messages.imports'>
  readonly #given: ReadonlyMap<string, Speaker>
  readonly #dry_run: boolean
  readonly #known = new Map<string, MatchedConversation>()
  /** By the digits of their number. */
  readonly #people = new Map<string, Person>()
  /** Everyone, for senders that only a name tells; read again after someone was added. */
  #everyone: readonly Person[] | undefined

  private constructor(
    context: Uses<'people.directory' | 'messages.imports'>,
    given: ReadonlyMap<string, Speaker>,
    dry_run: boolean,
  ) {
    this.#context = context
    this.#given = given
    this.#dry_run = dry_run
  }

  /** @throws DenidinError `invalid_input`, `not_found` for a participant that makes no sense */
  static async create(
    context: Uses<'people.directory' | 'messages.imports'>,
    { participant, dry_run }: MatchingOptions,
  ): Promise<PythonConversations> {
    const given = await givenSpeakers(context.people.directory, { participant })
    return new PythonConversations(context, given, dry_run)
  }

  async match(conversation: PythonConversation): Promise<MatchedConversation> {
    const { chat, senders } = conversation
    const matched = chat.kind === 'direct' ? await this.#direct(chat.digits, senders) : await this.#group(conversation)
    this.#known.set(chatKey(chat), matched)
    return matched
  }

  /** The conversation of a memory, whose sessions may be gone. */
  async ofMemory(chat: PythonChat): Promise<MatchedConversation> {
    const known = this.#known.get(chatKey(chat))
    if (known !== undefined) return known
    return await this.match({ chat, folders: [], messages: 0, senders: [], size_bytes: 0, checksum: '' })
  }

  /** The person with a number, if one is known. */
  async personOf(phone: string | undefined): Promise<PersonId | undefined> {
    const digits = phoneDigits(phone ?? '')
    if (digits === undefined) return undefined
    return (this.#people.get(digits) ?? (await this.#context.people.directory.lookUp(digits)))?.person_id
  }

  async #direct(digits: string, senders: readonly PythonSender[]): Promise<MatchedConversation> {
    const person = await this.#personOf(digits, senders[0]?.name)
    const speakers = new Map<string, Speaker>([
      [BOT, { is: 'bot' }],
      [`+${digits}`, { is: 'person', person }],
    ])
    return { binding: boundTo(person), speakers, unknown: [] }
  }

  async #group({ chat, senders }: PythonConversation): Promise<MatchedConversation> {
    const speakers = new Map<string, Speaker>([[BOT, { is: 'bot' }]])
    const unknown: PythonSender[] = []
    for (const sender of senders) {
      const speaker = await this.#speakerOf(sender)
      if (speaker === undefined) unknown.push(sender)
      speakers.set(sender.key, speaker ?? { is: 'skipped' })
    }
    const chat_id = chatKey(chat)
    return { binding: { person: undefined, scope: `chat:${chat_id}`, chat_id }, speakers, unknown }
  }

  /** `undefined` if it is not certain who it is. */
  async #speakerOf({ key, name }: PythonSender): Promise<Speaker | undefined> {
    for (const each of [key, name ?? key]) {
      const given = this.#given.get(looseName(each))
      if (given?.is === 'person') return { is: 'person', person: await this.#admitted(given.person, name) }
      if (given !== undefined) return given
    }
    const digits = phoneDigits(key)
    if (digits !== undefined) return { is: 'person', person: await this.#personOf(digits, name) }
    this.#everyone ??= await everyone(this.#context.people.directory)
    const named = this.#everyone.filter(
      person => person.name !== undefined && looseName(person.name) === looseName(key),
    )
    const [only, ...others] = named
    if (only !== undefined && others.length === 0) return { is: 'person', person: only }
    return this.#given.get('*')
  }

  async #personOf(digits: string, name: string | undefined): Promise<Person> {
    const known = this.#people.get(digits)
    if (known !== undefined) return known
    const found = await this.#context.people.directory.lookUp(digits)
    const person = await this.#admitted(found ?? newcomer(digits), name)
    this.#people.set(digits, person)
    return person
  }

  async #admitted(person: Person, name: string | undefined): Promise<Person> {
    if (this.#dry_run || !isNewcomer(person)) return person
    this.#everyone = undefined
    return await admit(this.#context.messages.imports.people, person, name)
  }
}
