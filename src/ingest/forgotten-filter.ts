/** Keeps messages out of the archive that were forgotten, by whatever is known of their senders. */
import type { SourceMessage } from '../archive/archive-message.ts'
import { looseName, type ForgottenWords } from '../messages/forgotten-words.ts'
import type { PersonId } from '../people/person.ts'
import { phoneDigits } from '../platform/phone.ts'

/** A person as a source may name them. */
export interface NamedPerson {
  readonly person_id: PersonId
  readonly name?: string | undefined
  /** Digits of the full international number. */
  readonly phone?: string | undefined
}

/** What came with a message, in words, at its end. */
const DESCRIPTION = /\n?\[[^\n]*\]$/u

export class ForgottenFilter {
  readonly #words: ForgottenWords
  /** By number and by name; `undefined` for a name of several. */
  readonly #persons = new Map<string, readonly PersonId[] | undefined>()

  constructor(words: ForgottenWords, people: readonly NamedPerson[]) {
    this.#words = words
    for (const { person_id, name, phone } of people) {
      if (phone !== undefined) this.#persons.set(phone, [person_id])
      if (name === undefined) continue
      const key = looseName(name)
      this.#persons.set(key, this.#persons.has(key) ? undefined : [person_id])
    }
  }

  /** Sources without people who write to the bot have nothing to forget. */
  isForgotten({ source_type, role, at, sender_name, content, metadata }: SourceMessage): boolean {
    if (source_type !== 'whatsapp' || role !== 'user' || at === undefined || sender_name === undefined) return false
    const words = metadata?.['attachment'] === undefined ? content : content.replace(DESCRIPTION, '')
    const persons = this.#persons.get(phoneDigits(sender_name) ?? looseName(sender_name))
    const text = words === '' ? content : words
    return this.#words.isForgotten({ persons, name: sender_name, times: [at], text })
  }
}
