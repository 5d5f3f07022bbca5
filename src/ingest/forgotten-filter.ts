/** Keeps forgotten messages out of the archive, using all that is known about their senders. */
import type { SourceMessage } from '../archive/archive-message.ts'
import { looseName, looseWords, type ForgottenWords } from '../messages/forgotten-words.ts'
import type { PersonId } from '../people/person.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import { phoneDigits } from '../platform/phone.ts'
import type { IsForgotten } from './run-writer.ts'
import { Occurrences } from './whatsapp/occurrences.ts'

/** A person in the ways that a source may name them. */
export interface NamedPerson {
  readonly person_id: PersonId
  /** Names, and complete international numbers. */
  readonly names: readonly string[]
}

const keyOf = (name: string): string => phoneDigits(name) ?? looseName(name)

/** The own words of a message: without the last line, where what came with it is described. */
const withoutDescription = (content: string): string => {
  const end = content.lastIndexOf('\n')
  const last = content.slice(end + 1)
  return last.startsWith('[') && last.endsWith(']') ? content.slice(0, Math.max(0, end)) : content
}

/** Knows which messages of sources are to stay forgotten, whose senders are known by name or number. */
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

  /** The question about the messages of one source: asked once for each, in their order, because equal ones are counted. */
  ofSource(): IsForgotten {
    const occurrences = new Occurrences()
    return (message, or_at) => this.#isForgotten(message, or_at, occurrences)
  }

  /** Sources that contain no people who write to the bot need no filter. */
  #isForgotten(
    { source_type, role, at, sender_name, content, metadata }: SourceMessage,
    or_at: number | undefined,
    occurrences: Occurrences,
  ): boolean {
    if (source_type !== 'whatsapp' || role !== 'user' || at === undefined || sender_name === undefined) return false
    const words = metadata?.['attachment'] === undefined ? content : withoutDescription(content)
    const key = keyOf(sender_name)
    const text = words === '' ? content : words
    return this.#words.isForgotten({
      persons: this.#persons.get(key),
      name: sender_name,
      times: or_at === undefined ? [at] : [at, or_at],
      text,
      occurrence: occurrences.next(Math.floor(at / MINUTE_MS), `${key}\n${looseWords(text)}`),
    })
  }
}
