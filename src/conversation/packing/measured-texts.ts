/**
 * Keeps between turns what packing has measured of long messages, which are found turn after turn: where they may be
 * cut, the words of each piece, and the tokens of their parts. Messages that are changed or forgotten are dropped.
 */
import { LRUCache } from 'lru-cache'
import type { MessageId } from '../../messages/message.ts'
import { ANSWER_SLICE_MS, TimeSlices } from '../../platform/yield.ts'
import { piecesOf, type TextPart, type TextPiece } from '../../text/passages.ts'

/** Characters of the messages that are kept, the most recently used: with pieces and words, 2 to 5 MB. */
const REMEMBERED_CHARACTERS = 500_000

/** Shorter messages are measured at once. */
const LONG_CHARACTERS = 4000
/** More messages than have room for a passage each. */
const MOST_PREPARED = 40
/** Approximate tokens of one passage. */
const PASSAGE_TOKENS = 50

/** A message that was found for a turn. */
export interface FoundMessage {
  readonly message_id: MessageId
  readonly text: string
  readonly tokens: number
}

/** Approximate characters of one passage of a text. */
export const passageCharacters = ({ text, tokens }: Pick<FoundMessage, 'text' | 'tokens'>): number =>
  Math.max(1, Math.round((PASSAGE_TOKENS * text.length) / tokens))

/** The measures of one text. */
export class MeasuredText {
  readonly text: string
  #pieces: { readonly size: number; readonly pieces: readonly TextPiece[] } | undefined
  readonly #tokens = new Map<string, number>()

  constructor(text: string) {
    this.text = text
  }

  /** Where the text may be cut: see `piecesOf`. */
  pieces(size: number): readonly TextPiece[] {
    if (this.#pieces?.size !== size) this.#pieces = { size, pieces: piecesOf(this.text, size) }
    return this.#pieces.pieces
  }

  /** Tokens of a part of the text, counted once. */
  tokens({ lead, from, to }: TextPart, count: () => number): number {
    const key = `${String(from)} ${String(to)} ${lead}`
    const known = this.#tokens.get(key)
    if (known !== undefined) return known
    const tokens = count()
    this.#tokens.set(key, tokens)
    return tokens
  }
}

/** The words of a piece are computed when they are first read. */
const computeStems = ({ stems }: TextPiece): ReadonlySet<string> => stems

export class MeasuredTexts {
  readonly #known = new LRUCache<MessageId, MeasuredText>({
    maxSize: REMEMBERED_CHARACTERS,
    sizeCalculation: ({ text }) => text.length + 1,
  })
  /** More than the cache may hold, but only while a turn is packed. */
  readonly #prepared = new WeakMap<FoundMessage, MeasuredText>()

  /** The measures of a message's text; new ones if the text is not the one that was measured. */
  of(message_id: MessageId, text: string): MeasuredText {
    const known = this.#known.get(message_id)
    if (known?.text === text) return known
    const measured = new MeasuredText(text)
    this.#known.set(message_id, measured)
    return measured
  }

  /**
   * Measures the long ones among the found messages in steps, between which other work gets its turn: several messages
   * of 65,536 characters take half a second. `ofFound` finds their measures as long as these objects are kept.
   */
  async prepare(found: readonly FoundMessage[]): Promise<void> {
    const slices = new TimeSlices(ANSWER_SLICE_MS)
    for (const message of found.filter(({ text }) => text.length > LONG_CHARACTERS).slice(0, MOST_PREPARED)) {
      const measured = this.of(message.message_id, message.text)
      this.#prepared.set(message, measured)
      for (const piece of measured.pieces(passageCharacters(message))) {
        computeStems(piece)
        if (slices.isOver) await slices.pause()
      }
    }
  }

  /** The measures of a found message. */
  ofFound(message: FoundMessage): MeasuredText {
    return this.#prepared.get(message) ?? this.of(message.message_id, message.text)
  }

  /** Drops messages that were changed, deleted or forgotten. */
  forget(message_ids: readonly MessageId[]): void {
    for (const id of message_ids) this.#known.delete(id)
  }

  /** Whether the measures of a message are kept. */
  has(message_id: MessageId): boolean {
    return this.#known.has(message_id)
  }
}
