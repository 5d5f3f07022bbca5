/** Remembers which destructive command waits for its yes, per person and chat. */
import type { Speaker } from '../../conversation/command-handler.ts'
import { isOneChat } from '../../messages/message-key.ts'
import type { PersonId } from '../../people/person.ts'
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import type { ParsedCommand } from '../../messages/message-kind.ts'

/** How long a yes counts. */
const VALID_MS = 5 * MINUTE_MS

const YES = /^(?:yes|yes please|y|yep|כן|כן בבקשה)[\s.!]*$/iu
const NO = /^(?:no|no thanks|n|nope|cancel|לא|לא תודה|בטל|בטלי|ביטול)[\s.!]*$/iu

/** Who is asked, and where. */
export interface Asked {
  readonly person_id: PersonId
  readonly chat_id: Speaker['chat_id']
}

/** A command that waits for its yes. */
interface Pending {
  readonly asked: Asked
  readonly command: ParsedCommand
  /** Milliseconds since the Unix epoch. */
  readonly until: number
}

/**
 * Questions that wait for a yes, one per person and chat, for five minutes. Any other message withdraws the question. A
 * restart forgets all questions: then nothing is destroyed, which is the safe side.
 */
export class Confirmations {
  readonly #clock: Clock
  readonly #pending = new Map<string, Pending>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ask(asked: Asked, command: ParsedCommand): void {
    this.#pending.set(this.#keyOf(asked), { asked, command, until: this.#clock.monotonic() + VALID_MS })
  }

  /** Whether a text answers a question; any other text withdraws it. */
  recognises(text: string, asked: Asked): boolean {
    const key = this.#keyOf(asked)
    const pending = this.#pending.get(key)
    if (pending === undefined) return false
    const answer = text.trim()
    if (pending.until >= this.#clock.monotonic() && (YES.test(answer) || NO.test(answer))) return true
    this.#pending.delete(key)
    return false
  }

  /** Takes the answer to a question, if the text is one. */
  answer(text: string, asked: Asked): { readonly yes: boolean; readonly command: ParsedCommand } | undefined {
    const key = this.#keyOf(asked)
    const pending = this.#pending.get(key)
    if (pending === undefined || !this.recognises(text, asked)) return undefined
    this.#pending.delete(key)
    return { yes: YES.test(text.trim()), command: pending.command }
  }

  /** The key of the question that waits in a chat, whichever address the chat has by now; else a new one. */
  #keyOf({ person_id, chat_id }: Asked): string {
    const waiting = [...this.#pending].find(
      ([, { asked }]) => asked.person_id === person_id && isOneChat(asked.chat_id, chat_id),
    )
    return waiting?.[0] ?? JSON.stringify([person_id, chat_id])
  }
}
