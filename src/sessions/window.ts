/** Keeps the window of a session within its token budget. */
import type { WindowMessage } from './session.ts'

/** However long they are, the last two messages stay: a question and the message that it refers to. */
const KEPT_AT_LEAST = 2

/** Tokens of a window. */
export const windowTokens = <M extends WindowMessage>(
  window: readonly M[],
  tokensOf: (message: M) => number = ownTokens,
): number => window.reduce((sum, message) => sum + tokensOf(message), 0)

const ownTokens = ({ tokens }: WindowMessage): number => tokens

/**
 * Cuts a window to a budget: the oldest messages leave until the rest fits, but the last two stay whatever their size.
 * Messages that leave remain in the message store, and are included in the summary when the session ends.
 * @param tokensOf how many tokens of the budget a message uses; by default those of its text
 */
export const fitWindow = <M extends WindowMessage>(
  window: readonly M[],
  max_tokens: number,
  tokensOf: (message: M) => number = ownTokens,
): readonly M[] => {
  if (max_tokens === Number.POSITIVE_INFINITY) return window
  const first = firstThatFits(window.length, max_tokens, at => {
    const message = window[at]
    return message === undefined ? 0 : tokensOf(message)
  })
  return first === 0 ? window : window.slice(first)
}

/**
 * Position of the first message that stays when `fitWindow` cuts a window of `length` messages to a budget. Except for
 * one, the messages that leave are not examined.
 */
export const firstThatFits = (length: number, max_tokens: number, tokensAt: (place: number) => number): number => {
  let tokens = 0
  for (let at = length - 1; at >= 0; at--) {
    tokens += tokensAt(at)
    if (tokens > max_tokens && length - at > KEPT_AT_LEAST) return at + 1
  }
  return 0
}
