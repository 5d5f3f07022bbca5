/** Recognises a program that answers the bot in a conversation, by the content and speed of its messages. */
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import { comparedText, isEqual, isSimilar, type ComparedText } from './similar-texts.ts'

/** How many earlier texts a new one is compared with: some programs alternate between two or three texts. */
const REMEMBERED_TEXTS = 4

/** How many turns of one kind in a row indicate a program. */
interface Limits {
  /** The same text again, or our own text sent back. */
  readonly repeated: number
  /** The same text except for numbers or a few words. */
  readonly similar: number
  /** Written faster than a person reads and types. */
  readonly quick: number
  /** Almost constant times between our reply and the next message. */
  readonly regular: number
  /** The same few commands, each sooner after the previous message than a person reads the answer. */
  readonly commands: number
}

/** People dictate lists in sentences that differ only in a number, so these need many turns to count as a program's. */
const LIMITS: Limits = { repeated: 5, similar: 45, quick: 45, regular: 20, commands: 40 }
/** For a participant that was recognised before. */
const STRICT_LIMITS: Limits = { repeated: 2, similar: 4, quick: 10, regular: 10, commands: 5 }

/**
 * Within this time no person reads a reply and writes an answer of several words; it includes the wait for further
 * messages.
 */
const QUICK_MS = 4 * SECOND_MS
const QUICK_CHARACTERS = 15
/** No one types this fast. Applies only to texts of some length, because people paste too. */
const TYPED_PER_SECOND = 25
const TYPED_CHARACTERS = 100
/** Faster answers are judged by their speed instead. */
const REGULAR_FROM_MS = 4 * SECOND_MS
const REGULAR_UP_TO_MS = 10 * MINUTE_MS
/** Standard deviation as a share of the mean; for people it is above one half. */
const REGULAR_VARIATION = 0.15

/** The sign by which a message was recognised. */
export type ProgramSign = keyof Limits

/** The last messages of one participant of a conversation. Times are milliseconds since the Unix epoch. */
export class ProgramDetector {
  #texts: ComparedText[] = []
  #commands: string[] = []
  #counts = { repeated: 0, similar: 0, quick: 0, commands: 0 }
  #gaps_ms: number[] = []

  /**
   * Examines a message that came after a reply of ours.
   * @param gap_ms from our reply to the message
   * @returns the sign by which it was recognised as a program's; `undefined`: it may be a person's
   */
  take(text: string, reply: string, gap_ms: number, strict: boolean): ProgramSign | undefined {
    const compared = comparedText(text)
    if (gap_ms >= QUICK_MS) this.#counts.commands = 0
    this.#count('quick', isQuick(text, compared, gap_ms))
    if (!compared.short) {
      const ours = comparedText(reply)
      const echo = !ours.short && compared.exact.includes(ours.exact)
      const repeated = echo || this.#texts.some(each => isEqual(each, compared))
      this.#count('repeated', repeated)
      this.#count('similar', repeated || this.#texts.some(each => isSimilar(each, compared)))
    }
    this.#remember(compared)
    this.#gaps_ms = [...this.#gaps_ms, gap_ms].slice(-LIMITS.regular)
    return this.#sign(strict ? STRICT_LIMITS : LIMITS)
  }

  /**
   * Examines a command. People repeat commands, and run several one after the other, but not the same few this fast.
   * @param gap_ms time since the previous message of the participant
   */
  takeCommand(text: string, gap_ms: number, strict: boolean): ProgramSign | undefined {
    const known = this.#commands.includes(text)
    this.#commands = [...this.#commands, text].slice(-REMEMBERED_TEXTS)
    const commands = known && gap_ms < QUICK_MS ? this.#counts.commands + 1 : 0
    this.reset()
    this.#counts.commands = commands
    return commands >= (strict ? STRICT_LIMITS : LIMITS).commands ? 'commands' : undefined
  }

  /** Whether a message comes after the almost constant time after which earlier ones came. */
  keepsTime(gap_ms: number): boolean {
    return isRegular([...this.#gaps_ms, gap_ms], 2)
  }

  /** Whether a message differs from the previous ones, as when a person takes over. Remembers it. */
  isNew(text: string, reply: string): boolean {
    const compared = comparedText(text)
    const known = [...this.#texts, comparedText(reply)].some(
      each => isEqual(each, compared) || isSimilar(each, compared),
    )
    this.#remember(compared)
    return !known
  }

  /** The participant is a person after all. */
  reset(): void {
    this.#counts = { repeated: 0, similar: 0, quick: 0, commands: 0 }
    this.#gaps_ms = []
  }

  #count(kind: keyof Omit<Limits, 'regular'>, holds: boolean): void {
    this.#counts[kind] = holds ? this.#counts[kind] + 1 : 0
  }

  #remember(text: ComparedText): void {
    if (!text.short) this.#texts = [...this.#texts, text].slice(-REMEMBERED_TEXTS)
  }

  #sign(limits: Limits): ProgramSign | undefined {
    for (const kind of ['repeated', 'similar', 'quick'] as const) if (this.#counts[kind] >= limits[kind]) return kind
    return isRegular(this.#gaps_ms.slice(-limits.regular), limits.regular) ? 'regular' : undefined
  }
}

const isQuick = (text: string, { short }: ComparedText, gap_ms: number): boolean => {
  if (gap_ms < (short ? SECOND_MS : QUICK_MS)) return short || text.length >= QUICK_CHARACTERS
  const seconds = gap_ms / SECOND_MS
  return gap_ms <= MINUTE_MS && text.length >= TYPED_CHARACTERS && text.length / seconds > TYPED_PER_SECOND
}

const isRegular = (gaps_ms: readonly number[], count: number): boolean => {
  if (gaps_ms.length < count) return false
  if (gaps_ms.some(gap => gap < REGULAR_FROM_MS || gap > REGULAR_UP_TO_MS)) return false
  const mean = gaps_ms.reduce((sum, gap) => sum + gap, 0) / gaps_ms.length
  const variance = gaps_ms.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps_ms.length
  return Math.sqrt(variance) < REGULAR_VARIATION * mean
}
