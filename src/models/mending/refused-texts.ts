/**
 * Finds which texts of a request a model refuses by asking without them. It needs few calls, and the last one brings
 * the answer.
 */
import type { Completion, CompletionRequest, ModelMessage } from '../language-model.ts'
import { piecesOf, PieceSet, questionAt, withPieces, type Piece } from './request-pieces.ts'

/** Most calls of one search: enough to find four texts among forty. */
const MOST_CALLS = 24
/** If the service did not blame the texts and refuses this many calls in a row, the service itself is out of order. */
const CALLS_IN_VAIN = 4

/** How a call ended: an answer, or a refusal of the same kind as the first. */
export type Outcome = { readonly answer: Completion } | { readonly refused: true }

/** What a search found. */
export interface FoundTexts {
  /** The answer to the request without the refused texts; `undefined` if even the question alone is refused. */
  readonly answer: Completion | undefined
  /**
   * Pieces that are refused by themselves. Pieces that the search had no calls left to check are left out of this
   * answer only.
   */
  readonly refused: readonly Piece[]
}

export interface Search {
  /**
   * Whether the service said that texts are the reason. If not, a piece counts as refused only if it was refused alone.
   */
  readonly certain: boolean
  /** Asks with other messages. @throws any failure except the refusal */
  ask(messages: readonly ModelMessage[]): Promise<Outcome>
  /** Whether there is time for another call. */
  mayGoOn(): boolean
}

/**
 * Finds the refused texts of a refused request. First it asks the question alone, because most often the newest message
 * is refused. Then it tries the conversation without recalled texts, and then halves, the newer one first. Every call
 * that passes gives an answer; the last one contains everything that passes.
 */
export const findRefusedTexts = async (
  { messages }: CompletionRequest,
  { certain, ask, mayGoOn }: Search,
): Promise<FoundTexts> => {
  const pieces = piecesOf(messages)
  if (pieces.length === 0) return { answer: undefined, refused: [] }
  let answer: Completion | undefined
  let passing: readonly Piece[] = []
  let calls = 0
  const passes = async (some: readonly Piece[]): Promise<boolean> => {
    calls++
    const kept = new PieceSet([...passing, ...some])
    const outcome = await ask(withPieces(messages, piece => kept.has(piece)))
    if (!('answer' in outcome)) return false
    passing = [...passing, ...some]
    answer = outcome.answer
    return true
  }
  const asksAQuestion = questionAt(messages) >= 0
  if (asksAQuestion && !(await passes([]))) return { answer: undefined, refused: [] }

  const refused: Piece[] = []
  /** @returns whether one of these pieces is refused */
  const isolate = async (some: readonly Piece[], known: boolean): Promise<boolean> => {
    if (some.length === 0) return false
    const enough = calls >= MOST_CALLS || !mayGoOn() || (!certain && answer === undefined && calls >= CALLS_IN_VAIN)
    // Without a question this would repeat the refused request.
    const isTheWhole = !asksAQuestion && some.length === pieces.length
    if (!(known && certain) && !isTheWhole && !enough && (await passes(some))) return false
    if (enough) return true
    if (some.length === 1) {
      refused.push(...some)
      return true
    }
    const half = Math.ceil(some.length / 2)
    const inFirst = await isolate(some.slice(0, half), false)
    await isolate(some.slice(half), !inFirst)
    return true
  }
  const history = pieces.filter(({ kind }) => kind === 'history')
  const recalled = pieces.filter(({ kind }) => kind === 'recalled')
  const inHistory = await isolate(history, recalled.length === 0)
  await isolate(recalled, !inHistory)
  return { answer, refused }
}
