import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import type { Person } from '../../people/person.ts'
import type { TypedCommand } from '../../messages/message-kind.ts'

/** How long a yes counts. */
const PATIENCE_MS = 5 * MINUTE_MS

const YES = /^(?:yes|yes please|y|yep|כן|כן בבקשה)[\s.!]*$/iu
const NO = /^(?:no|no thanks|n|nope|cancel|לא|לא תודה|בטל|בטלי|ביטול)[\s.!]*$/iu

/** A command that waits for its yes. */
interface Waiting {
  readonly typed: TypedCommand
  readonly until: number
}

/**
 * Questions that wait for a yes, one a person and chat, for five minutes. Whatever else the person says meanwhile is no
 * yes and withdraws the question. A restart forgets them: then nothing happens, which is the safe side.
 */
export class Confirmations {
  readonly #clock: Clock
  readonly #waiting = new Map<string, Waiting>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ask({ person, chat_id }: { readonly person: Person; readonly chat_id: string }, typed: TypedCommand): void {
    this.#waiting.set(keyOf(person.person_id, chat_id), { typed, until: this.#clock.now() + PATIENCE_MS })
  }

  /** Whether a text answers a question; what does not withdraws it. */
  recognises(text: string, { person_id, chat_id }: { readonly person_id: string; readonly chat_id: string }): boolean {
    const key = keyOf(person_id, chat_id)
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return false
    const said = text.trim()
    if (waiting.until >= this.#clock.now() && (YES.test(said) || NO.test(said))) return true
    this.#waiting.delete(key)
    return false
  }

  /** Takes the answer to a question, if a text is one. */
  answer(
    text: string,
    { person, chat_id }: { readonly person: Person; readonly chat_id: string },
  ): { readonly yes: boolean; readonly typed: TypedCommand } | undefined {
    const key = keyOf(person.person_id, chat_id)
    const waiting = this.#waiting.get(key)
    if (waiting === undefined || !this.recognises(text, { person_id: person.person_id, chat_id })) return undefined
    this.#waiting.delete(key)
    return { yes: YES.test(text.trim()), typed: waiting.typed }
  }
}

const keyOf = (person_id: string, chat_id: string): string => JSON.stringify([person_id, chat_id])
