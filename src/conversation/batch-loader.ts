/** Loads the dispatcher's data about a batch of messages: their current texts, their writers, and the pause. */
import { scopeOf, type Scope } from '../messages/scope.ts'
import type { People } from '../people/people.ts'
import type { Person, PersonId } from '../people/person.ts'
import type { Clock } from '../platform/clock.ts'
import type { Admission } from './admission.ts'
import type { CurrentTexts } from './current-texts.ts'
import type { Pause, Pauses } from './pauses.ts'
import type { TurnMessage } from './turn-message.ts'

/** A message and its writer; `undefined` for a person who was forgotten meanwhile, or whose messages are not read. */
export interface LoadedMessage {
  readonly message: TurnMessage
  readonly person: Person | undefined
}

export interface LoadedBatch {
  readonly messages: readonly LoadedMessage[]
  /** The pause of the scope, if any. */
  readonly pause: Pause | undefined
}

export interface BatchLoaderDeps {
  readonly people: Pick<People, 'find'>
  readonly pauses: Pick<Pauses, 'at'>
  readonly clock: Clock
  readonly currentTexts: CurrentTexts
  /** Whose messages are read at all: a message may have been recorded before its writer was taken off the list. */
  readonly admission: Pick<Admission, 'admits'>
  /** Queues a message in another scope, because its writer turned out to be a person who is already known. */
  readonly requeue: (message: TurnMessage) => void
}

export class BatchLoader {
  readonly #deps: BatchLoaderDeps

  constructor(deps: BatchLoaderDeps) {
    this.#deps = deps
  }

  /** Loads each person once, however many messages they wrote. */
  async load(scope: Scope, batch: readonly TurnMessage[]): Promise<LoadedBatch> {
    const { currentTexts, pauses, clock, requeue } = this.#deps
    const persons = await this.#personsOf(batch)
    const known = batch.map(message => underCurrentPerson(message, persons))
    const messages = await currentTexts(known.filter(message => message.scope === scope))
    const pause = messages.length === 0 ? undefined : await pauses.at(scope, clock.now())
    for (const message of known) if (message.scope !== scope) requeue(message)
    const loaded = messages.map(async message => ({ message, person: await this.#admitted(message, persons) }))
    return { messages: await Promise.all(loaded), pause }
  }

  async #admitted(
    { person_id, chat_id }: TurnMessage,
    persons: ReadonlyMap<PersonId, Person>,
  ): Promise<Person | undefined> {
    const person = persons.get(person_id)
    return person !== undefined && (await this.#deps.admission.admits(person, chat_id)) ? person : undefined
  }

  /** Whether the texts of these messages have not changed since they were loaded. */
  async isCurrent(batch: readonly TurnMessage[]): Promise<boolean> {
    const now = await this.#deps.currentTexts(batch)
    return now.length === batch.length && now.every((message, index) => message.text === batch[index]?.text)
  }

  /** People by the id under which they wrote, and by their current id. */
  async #personsOf(batch: readonly TurnMessage[]): Promise<ReadonlyMap<PersonId, Person>> {
    const persons = new Map<PersonId, Person>()
    for (const person_id of new Set(batch.map(message => message.person_id))) {
      const person = await this.#deps.people.find(person_id)
      if (person === undefined) continue
      persons.set(person_id, person)
      persons.set(person.person_id, person)
    }
    return persons
  }
}

/** A message attributed to the current person of its writer, in that person's scope. */
const underCurrentPerson = (message: TurnMessage, persons: ReadonlyMap<PersonId, Person>): TurnMessage => {
  const person_id = persons.get(message.person_id)?.person_id ?? message.person_id
  return { ...message, person_id, scope: scopeOf(message, person_id) }
}
