import { isoDay } from '../../platform/clock.ts'
import type { TokenCounter } from '../../text/tokens.ts'

/** A message as it is put together for its embedding. */
export interface TurnForEmbedding {
  readonly speaker: string
  readonly text: string
  readonly sent_at: number
}

/** Longest text of one turn with its neighbours. */
const MOST_TOKENS = 200

/**
 * What is embedded of a message: the day, then the message and, as far as they fit, its neighbours in the conversation,
 * the nearest first, each with its speaker. A turn alone (“Yes, in May”) has hardly a meaning of its own, and a whole
 * session has too many.
 */
export const turnTextForEmbedding = (
  turn: TurnForEmbedding,
  before: readonly TurnForEmbedding[],
  after: readonly TurnForEmbedding[],
  tokens: TokenCounter,
): string => {
  const line = ({ speaker, text }: TurnForEmbedding): string => `${speaker}: ${text}`
  const own = tokens.cut(`${isoDay(turn.sent_at)}\n${line(turn)}`, MOST_TOKENS, 'start')
  let left = MOST_TOKENS - tokens.count(own)
  const earlier: string[] = []
  const later: string[] = []
  for (let distance = 1; distance <= Math.max(before.length, after.length); distance++) {
    for (const [side, beside] of [
      [earlier, before.at(-distance)],
      [later, after.at(distance - 1)],
    ] as const) {
      if (beside === undefined) continue
      const size = tokens.count(line(beside)) + 1
      if (size > left) return joined(own, earlier, later)
      side.push(line(beside))
      left -= size
    }
  }
  return joined(own, earlier, later)
}

/** The day stands first, whatever was said before the message. */
const joined = (own: string, earlier: readonly string[], later: readonly string[]): string => {
  const [day = '', ...said] = own.split('\n')
  return [day, ...earlier.toReversed(), said.join('\n'), ...later].join('\n')
}
