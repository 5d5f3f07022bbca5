/** The pieces of a request that may be left out: messages of the history, and single lines of blocks. */
import { blockMessage, type ModelMessage, type RequestPiece } from '../language-model.ts'

/** One piece, and its position. */
export interface Piece extends RequestPiece {
  /** `history`: a message of this conversation; `recalled`: a line of the profile or of the recalled texts. */
  readonly kind: 'history' | 'recalled'
  /** Position of its message in the request, and of its line in a block. */
  readonly at: number
  readonly line: number | undefined
}

/** Position of the message to answer; -1 if the request asks about a whole text. */
export const questionAt = (messages: readonly ModelMessage[]): number => {
  const marked = messages.findIndex(message => message.question === true)
  if (marked >= 0) return marked
  const last = messages.findLastIndex(message => message.role === 'user')
  return messages[last]?.block === undefined ? last : -1
}

/** Every piece except the question: the conversation from its newest message backwards, then the recalled texts. */
export const piecesOf = (messages: readonly ModelMessage[]): readonly Piece[] => {
  const question = questionAt(messages)
  const all = messages.flatMap(({ role, content, ids, block }, at): readonly Piece[] => {
    const kind = role === 'system' ? 'recalled' : 'history'
    if (block !== undefined) return block.lines.map((piece, line) => ({ ...piece, kind, at, line }))
    if (ids === undefined || at === question) return []
    return [{ text: content, ids, kind, at, line: undefined }]
  })
  return [...all.filter(({ kind }) => kind === 'history').reverse(), ...all.filter(({ kind }) => kind === 'recalled')]
}

/** A request with only the pieces that `keeps` accepts; a block without lines is dropped. */
export const withPieces = (
  messages: readonly ModelMessage[],
  keeps: (piece: Pick<Piece, 'at' | 'line'>) => boolean,
): readonly ModelMessage[] => {
  const question = questionAt(messages)
  return messages.flatMap((message, at): readonly ModelMessage[] => {
    const { role, ids, block } = message
    if (block !== undefined) {
      const lines = block.lines.filter((_, line) => keeps({ at, line }))
      return lines.length === 0 ? [] : [blockMessage(role, block.heading, lines)]
    }
    return ids === undefined || at === question || keeps({ at, line: undefined }) ? [message] : []
  })
}

/** A set of pieces. */
export class PieceSet {
  readonly #keys: ReadonlySet<string>

  constructor(pieces: Iterable<Pick<Piece, 'at' | 'line'>> = []) {
    this.#keys = new Set([...pieces].map(keyOf))
  }

  has(piece: Pick<Piece, 'at' | 'line'>): boolean {
    return this.#keys.has(keyOf(piece))
  }
}

const keyOf = ({ at, line }: Pick<Piece, 'at' | 'line'>): string => `${String(at)}:${String(line)}`

/** The ids under which a piece is remembered: those of its sources, or its own text if it has none. */
export const knownAs = ({ ids, text }: RequestPiece): readonly string[] => (ids.length > 0 ? ids : [text])
