/** Remembers which destructive command waits for its yes, per person and chat. */
import type { Speaker } from '../../conversation/command-handler.ts'
import { isOneChat } from '../../messages/message-key.ts'
import type { PersonId } from '../../people/person.ts'
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import type { ParsedCommand } from '../../messages/message-kind.ts'
import { plainAnswer } from './plain-answers.ts'

/** How long a yes counts. */
const VALID_MS = 5 * MINUTE_MS

/** The person and the chat that are asked. */
export interface Asked {
  readonly person_id: PersonId
  readonly chat_id: Speaker['chat_id']
}

/** `destroy`: the yes confirms the command. `near_miss`: the yes says that the command was meant. */
export type QuestionKind = 'destroy' | 'near_miss'

/** A command that waits for its yes. */
interface Pending {
  readonly asked: Asked
  readonly kind: QuestionKind
  readonly command: ParsedCommand
  /** Milliseconds on the monotonic clock. */
  readonly until: number
}

/**
 * Questions that wait for a yes, one per person and chat, for five minutes. Any other message withdraws the question. A
 * restart forgets all questions; then nothing is destroyed, which is the safe outcome.
 */
export class Confirmations {
  readonly #clock: Clock
  readonly #pending = new Map<string, Pending>()
  /** Keys of withdrawn questions of which the person has not been told yet. */
  readonly #withdrawn = new Set<string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ask(asked: Asked, kind: QuestionKind, command: ParsedCommand): void {
    this.#pending.set(this.#keyOf(asked), { asked, kind, command, until: this.#clock.monotonic() + VALID_MS })
  }

  /** Whether a text answers a question; any other text withdraws it. */
  recognises(text: string, asked: Asked): boolean {
    const key = this.#keyOf(asked)
    const pending = this.#pending.get(key)
    if (pending === undefined) return false
    const isLate = pending.until < this.#clock.monotonic()
    if (!isLate && plainAnswer(text) !== undefined) return true
    this.#pending.delete(key)
    if (!isLate && pending.kind === 'destroy') this.#withdrawn.add(JSON.stringify([asked.person_id, asked.chat_id]))
    return false
  }

  /** Drops the question, as if it had not been asked. */
  drop(asked: Asked): void {
    this.#pending.delete(this.#keyOf(asked))
  }

  /** Whether the person's last text withdrew a question of which they must be told; returns true only once. */
  takeWithdrawn({ person_id, chat_id }: Asked): boolean {
    return this.#withdrawn.delete(JSON.stringify([person_id, chat_id]))
  }

  /** Takes the answer to a question, if the text is one. */
  answer(text: string, asked: Asked): (Pick<Pending, 'kind' | 'command'> & { readonly yes: boolean }) | undefined {
    const key = this.#keyOf(asked)
    const pending = this.#pending.get(key)
    if (pending === undefined || !this.recognises(text, asked)) return undefined
    this.#pending.delete(key)
    return { yes: plainAnswer(text) === 'yes', kind: pending.kind, command: pending.command }
  }

  /** The key of the question that waits in a chat, under any address of the chat; else a new one. */
  #keyOf({ person_id, chat_id }: Asked): string {
    const waiting = [...this.#pending].find(
      ([, { asked }]) => asked.person_id === person_id && isOneChat(asked.chat_id, chat_id),
    )
    return waiting?.[0] ?? JSON.stringify([person_id, chat_id])
  }
}
