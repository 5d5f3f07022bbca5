/** Keeps forgotten messages out of the archive, using all that is known about their senders. */
import type { SourceMessage } from '../archive/archive-message.ts'
import { looseName, type ForgottenWords } from '../messages/forgotten-words.ts'
import type { PersonId } from '../people/person.ts'
import { phoneDigits } from '../platform/phone.ts'

/** A person in the ways that a source may name them. */
export interface NamedPerson {
  readonly person_id: PersonId
  /** Names, and complete international numbers. */
  readonly names: readonly string[]
}

const keyOf = (name: string): string => phoneDigits(name) ?? looseName(name)

/** What came with a message, in words, at its end. */
const DESCRIPTION = /\n?\[[^\n]*\]$/u

export class ForgottenFilter {
  readonly #words: ForgottenWords
  /** The persons by `keyOf` of a name; `undefined` if several persons have it. */
  readonly #persons = new Map<string, readonly PersonId[] | undefined>()

  constructor(words: ForgottenWords, people: readonly NamedPerson[]) {
    this.#words = words
    for (const { person_id, names } of people) {
      for (const key of names.map(keyOf)) {
        const is_other = this.#persons.has(key) && this.#persons.get(key)?.[0] !== person_id
        this.#persons.set(key, is_other ? undefined : [person_id])
      }
    }
  }

  /** Sources without people who write to the bot have nothing to forget. */
  isForgotten({ source_type, role, at, sender_name, content, metadata }: SourceMessage): boolean {
    if (source_type !== 'whatsapp' || role !== 'user' || at === undefined || sender_name === undefined) return false
    const words = metadata?.['attachment'] === undefined ? content : content.replace(DESCRIPTION, '')
    const persons = this.#persons.get(keyOf(sender_name))
    const text = words === '' ? content : words
    return this.#words.isForgotten({ persons, name: sender_name, times: [at], text })
  }
}
