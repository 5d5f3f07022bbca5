/** Keeps the window of a session within its token budget. */
import type { WindowMessage } from './session.ts'

/** However long they are, the last two messages stay: a question and what it refers to. */
export const KEPT_AT_LEAST = 2

/** Tokens of a window. */
export const windowTokens = (window: readonly WindowMessage[]): number =>
  window.reduce((sum, message) => sum + message.tokens, 0)

/**
 * Cuts a window to a budget: the oldest messages leave until the rest fits, but the last two stay whatever their size.
 * Messages that leave are still in the message store, and in the summary when the session ends.
 */
export const fitWindow = <M extends WindowMessage>(window: readonly M[], max_tokens: number): readonly M[] => {
  let tokens = windowTokens(window)
  let first = 0
  while (tokens > max_tokens && window.length - first > KEPT_AT_LEAST) {
    tokens -= window[first]?.tokens ?? 0
    first++
  }
  return first === 0 ? window : window.slice(first)
}
