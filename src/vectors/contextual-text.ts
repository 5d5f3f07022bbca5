/** Builds the text by which a message is embedded: the message with the messages around it. */
import type { MessageRecord } from '../messages/message.ts'
import { isoDay } from '../platform/clock.ts'
import { speakerName } from '../text/speaker-names.ts'
import type { TokenCounter } from '../text/tokens.ts'

/** How many utterances before and after may be added. */
export const CONTEXT_TURNS = 2

/** Longest text that is embedded: the vector of a whole conversation is slightly similar to everything. */
const MOST_TOKENS = 200
/** Share of it that is reserved for the surrounding utterances, however long the message is. */
const CONTEXT_TOKENS = 60
/** If less than this would fit, a neighbour says nothing. */
const LEAST_TOKENS = 8

type Words = Pick<MessageRecord, 'role' | 'sender_name' | 'text'>

interface WordsInContext {
  readonly message: Words & Pick<MessageRecord, 'sent_at'>
  readonly before: readonly Words[]
  readonly after: readonly Words[]
}

/**
 * The text by which a message is embedded: day and speaker, the message, and the surrounding utterances, the nearest
 * first, within 200 tokens.
 */
export const contextualText = ({ message, before, after }: WordsInContext, tokens: TokenCounter): string => {
  const around = before.length + after.length > 0
  const own = tokens.cut(
    `${isoDay(message.sent_at)} ${lineOf(message)}`,
    MOST_TOKENS - (around ? CONTEXT_TOKENS : 0),
    'start',
  )
  let left = MOST_TOKENS - tokens.count(own)
  const earlier: string[] = []
  const later: string[] = []
  for (let distance = 0; distance < CONTEXT_TURNS; distance++) {
    const nearest = [
      [before.at(-1 - distance), earlier],
      [after[distance], later],
    ] as const
    for (const [neighbour, lines] of nearest) {
      if (neighbour === undefined || left < LEAST_TOKENS) continue
      const line = tokens.cut(lineOf(neighbour), left - 1, 'start')
      lines.push(line)
      left -= tokens.count(line) + 1
    }
  }
  return [...earlier.reverse(), own, ...later].join('\n')
}

const lineOf = ({ role, sender_name, text }: Words): string => {
  const speaker = role === 'assistant' ? 'DeniDin' : speakerName(sender_name)
  return speaker === undefined ? text : `${speaker}: ${text}`
}
