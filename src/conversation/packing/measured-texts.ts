/**
 * Keeps between turns what packing has measured of long messages, which are found turn after turn: where they may be
 * cut, the words of each piece, and the tokens of their parts. Messages that are changed or forgotten are dropped.
 */
import { LRUCache } from 'lru-cache'
import type { MessageId } from '../../messages/message.ts'
import { piecesOf, type TextPart, type TextPiece } from '../../text/passages.ts'

/** Characters of the messages that are kept, the most recently used: with pieces and words, 2 to 5 MB. */
const REMEMBERED_CHARACTERS = 500_000

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

export class MeasuredTexts {
  readonly #known = new LRUCache<MessageId, MeasuredText>({
    maxSize: REMEMBERED_CHARACTERS,
    sizeCalculation: ({ text }) => text.length + 1,
  })

  /** The measures of a message's text; new ones if the text is not the one that was measured. */
  of(message_id: MessageId, text: string): MeasuredText {
    const known = this.#known.get(message_id)
    if (known?.text === text) return known
    const measured = new MeasuredText(text)
    this.#known.set(message_id, measured)
    return measured
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
