/** Keeps the window of a session within its token budget. */
import type { WindowMessage } from './session.ts'

/** However long they are, the last two messages stay: a question and what it refers to. */
const KEPT_AT_LEAST = 2

/** Tokens of a window. */
export const windowTokens = <M extends WindowMessage>(
  window: readonly M[],
  tokensOf: (message: M) => number = ownTokens,
): number => window.reduce((sum, message) => sum + tokensOf(message), 0)

const ownTokens = ({ tokens }: WindowMessage): number => tokens

/**
 * Cuts a window to a budget: the oldest messages leave until the rest fits, but the last two stay whatever their size.
 * Messages that leave are still in the message store, and in the summary when the session ends.
 * @param tokensOf what a message takes of the budget; by default the tokens of its text
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
 * Place of the first message of a window of `length` messages that stays within a budget, as `fitWindow` cuts it. What
 * leaves is not looked at, but for one message.
 */
export const firstThatFits = (length: number, max_tokens: number, tokensAt: (place: number) => number): number => {
  let tokens = 0
  for (let at = length - 1; at >= 0; at--) {
    tokens += tokensAt(at)
    if (tokens > max_tokens && length - at > KEPT_AT_LEAST) return at + 1
  }
  return 0
}
