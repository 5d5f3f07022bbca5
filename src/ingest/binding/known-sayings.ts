/**
 * Finds out whether a message of an export is already recorded: the same words of the same speaker at the same time.
 */
import { DISTINCT_LETTERS, looseWords } from '../../messages/forgotten-words.ts'
import type { ComparedMessage } from '../../messages/imported-messages.ts'
import type { PersonId } from '../../people/person.ts'
import { MINUTE_MS } from '../../platform/clock.ts'

/** A message in the form that is compared. */
export interface Saying {
  readonly is_reply: boolean
  /** Empty for a reply. */
  readonly person_id: PersonId
  /** When it was said; several times if a clock was set back. */
  readonly times: readonly number[]
  /** See `looseWords`. */
  readonly words: string
}

interface Reply {
  readonly at: number
  readonly words: string
}

const keyOf = ({ is_reply, person_id, words }: Omit<Saying, 'times'>, at: number): string =>
  `${String(is_reply)} ${person_id} ${String(Math.floor(at / MINUTE_MS))} ${words}`

/** Replies of fewer letters are sent whole. */
const DIVIDED_LETTERS = 1000

/** A few letters are in every reply somewhere: they are a part only of a long one, as its beginning or its end. */
const isPartOf = ({ words: whole }: Reply, words: string): boolean => {
  if (whole === words) return false
  if (words.length >= DISTINCT_LETTERS) return whole.includes(words)
  return whole.length >= DIVIDED_LETTERS && (whole.startsWith(words) || whole.endsWith(words))
}

export class KnownSayings {
  readonly #counts = new Map<string, number>()
  /** The bot's own messages: a long one was sent in parts, each of which is a message in the export. */
  readonly #replies: readonly Reply[]
  readonly #spread: number

  /** @param spread by how much DeniDin's time of sending may differ from WhatsApp's */
  constructor(messages: readonly ComparedMessage[], spread: number) {
    this.#spread = spread
    this.#replies = messages
      .filter(({ role, kind }) => role === 'assistant' && kind !== 'imported')
      .map(({ text, sent_at }) => ({ at: sent_at, words: looseWords(text) }))
    for (const { role, kind, person_id, text, sent_at } of messages) {
      if (role === 'assistant' && kind !== 'imported') continue
      const is_reply = role === 'assistant'
      this.#add(keyOf({ is_reply, person_id: is_reply ? '' : person_id, words: looseWords(text) }, sent_at))
    }
  }

  /** How often this is kept; a part of a long reply counts as often as anyone asks. */
  count(saying: Saying): number {
    const { is_reply, times, words } = saying
    const near = is_reply
      ? this.#replies.filter(({ at }) => times.some(time => Math.abs(time - at) <= this.#spread))
      : []
    if (near.some(reply => isPartOf(reply, words))) return Number.POSITIVE_INFINITY
    return new Set(times.map(at => keyOf(saying, at)))
      .values()
      .reduce((sum, key) => sum + (this.#counts.get(key) ?? 0), near.filter(reply => reply.words === words).length)
  }

  add(saying: Saying): void {
    const [at = 0] = saying.times
    this.#add(keyOf(saying, at))
  }

  #add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }
}
