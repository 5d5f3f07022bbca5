/** Makes a request fit into a model's window. */
import type { TokenCounter } from '../../text/tokens.ts'
import type { ModelMessage } from '../language-model.ts'
import { MESSAGE_TOKENS, requestTokens } from '../message-tokens.ts'
import type { ModelTraits } from '../knowledge/model-knowledge.ts'
import { piecesOf, PieceSet, questionAt, withPieces, type Piece } from './request-pieces.ts'

/** Largest share of a window that is reserved for the answer. */
const ANSWER_SHARE = 0.5
/** Share of a window that is left free: no two models count alike. */
const SPARE_SHARE = 0.04
/** Share of the room that recalled texts may take from the conversation. */
const RECALLED_SHARE = 0.3
/** With less room than this, a message is left out rather than shortened. */
const LEAST_TOKENS = 32
/** Share of a shortened message that is its beginning; the rest is its end. */
const BEGINNING_SHARE = 0.75
/** A token has at least one byte, and a UTF-16 unit at most three: a text that fits even so need not be counted. */
const MOST_TOKENS_PER_UNIT = 3
/** Replaces the middle of a shortened message. */
const MARK = ' … '

/** What a model has room for. */
export interface Room {
  /** Tokens of the request, in our count; infinite if no window is known. */
  readonly request: number
  /** Most tokens of the answer. */
  readonly answer: number
}

/** The room that a model has for a request with an answer of at most `max_tokens`. */
export const roomOf = ({ window_tokens, output_tokens, tokens_ratio = 1 }: ModelTraits, max_tokens: number): Room => {
  const bound = Math.min(max_tokens, output_tokens ?? max_tokens)
  if (window_tokens === undefined) return { request: Number.POSITIVE_INFINITY, answer: bound }
  const answer = Math.max(1, Math.min(bound, Math.floor(window_tokens * ANSWER_SHARE)))
  const request = Math.floor((window_tokens * (1 - SPARE_SHARE) - answer) / tokens_ratio)
  return { request: Math.max(1, request), answer }
}

/** Whether a request certainly fits, without counting its tokens. */
export const surelyFits = (messages: readonly ModelMessage[], room: number): boolean =>
  messages.reduce((sum, { content }) => sum + content.length * MOST_TOKENS_PER_UNIT + MESSAGE_TOKENS, 0) <= room

/**
 * The messages within `room` tokens. The instructions and the question stay (a question that is too long loses its
 * middle). Of the conversation, the newest messages stay; of the recalled texts, the first.
 */
export const shortenMessages = (
  messages: readonly ModelMessage[],
  room: number,
  tokens: TokenCounter,
): readonly ModelMessage[] => {
  if (surelyFits(messages, room) || requestTokens(messages, tokens) <= room) return messages
  const pieces = piecesOf(messages)
  const bare = withPieces(messages, () => false)
  const fixed = requestTokens(bare, tokens)
  if (fixed > room) return shortenQuestion(bare, fixed - room, tokens)
  const left = room - fixed
  const recalled = take(ofKind(pieces, 'recalled'), left * RECALLED_SHARE, tokens)
  const history = take(ofKind(pieces, 'history'), left - recalled.tokens, tokens)
  const more = take(ofKind(pieces, 'recalled'), left - history.tokens, tokens)
  const kept = new PieceSet([...history.pieces, ...more.pieces])
  return withPieces(messages, piece => kept.has(piece))
}

const ofKind = (pieces: readonly Piece[], kind: Piece['kind']): readonly Piece[] =>
  pieces.filter(piece => piece.kind === kind)

/** Takes pieces in order until one does not fit. */
const take = (
  pieces: readonly Piece[],
  room: number,
  tokens: TokenCounter,
): { readonly pieces: readonly Piece[]; readonly tokens: number } => {
  let used = 0
  for (const [count, { text, under = '' }] of pieces.entries()) {
    const size = tokens.count(`${under}${text}`) + MESSAGE_TOKENS
    if (used + size > room) return { pieces: pieces.slice(0, count), tokens: used }
    used += size
  }
  return { pieces, tokens: used }
}

/** Cuts `excess` tokens out of the middle of the question, or of the longest message if there is no question. */
const shortenQuestion = (
  messages: readonly ModelMessage[],
  excess: number,
  tokens: TokenCounter,
): readonly ModelMessage[] => {
  const question = questionAt(messages)
  return messages.map((message, at) => {
    if (at !== question) return message
    const size = tokens.count(message.content)
    const kept = Math.max(LEAST_TOKENS, size - excess - LEAST_TOKENS)
    if (kept >= size) return message
    const beginning = Math.floor(kept * BEGINNING_SHARE)
    const content = `${tokens.cut(message.content, beginning, 'start')}${MARK}${tokens.cut(message.content, kept - beginning, 'end')}`
    return { ...message, content }
  })
}
