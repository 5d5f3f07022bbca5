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
  let tokens = windowTokens(window, tokensOf)
  let first = 0
  while (tokens > max_tokens && window.length - first > KEPT_AT_LEAST) {
    const message = window[first]
    tokens -= message === undefined ? 0 : tokensOf(message)
    first++
  }
  return first === 0 ? window : window.slice(first)
}
