/** The one shape of a conversation that every server accepts: one system message, then user and assistant in turns. */
import { cleanText } from '../text/cut.ts'
import { withoutControlTokens } from './control-tokens.ts'
import type { ModelMessage } from './language-model.ts'

/** A message in the form in which it is sent. */
export type SentMessage = Pick<ModelMessage, 'role' | 'content'>

/** Placed before an answer whose question is not in the request: the first message has to be the user's. */
export const EARLIER = '(earlier messages are left out)'
/** Placed after an answer: the last message has to be the user's. */
export const GO_ON = '(please go on)'

/**
 * Joins the messages of a request: all system messages into one at the beginning, and neighbours of one role into one.
 * The conversation begins and ends with the user, no message is empty, every text is valid Unicode, and
 * none contains a control token of a model.
 * @param folded whether the system message is written into the first message of the user, for models without that role
 */
export const shapeMessages = (messages: readonly ModelMessage[], folded = false): readonly SentMessage[] => {
  const clean = messages.map(cleanMessage).filter(({ content }) => content.trim() !== '')
  const system = clean.filter(({ role }) => role === 'system').map(({ content }) => content)
  const talk = inTurns(clean.filter(({ role }) => role !== 'system'))
  if (system.length === 0) return talk
  const content = system.join('\n\n')
  const [first, ...rest] = talk
  if (!folded || first === undefined) return [{ role: 'system', content }, ...talk]
  return [{ role: 'user', content: `${content}\n\n${first.content}` }, ...rest]
}

/** Messages with valid texts: those of a conversation come again with every request. */
const cleaned = new WeakMap<ModelMessage, SentMessage>()

const cleanMessage = (message: ModelMessage): SentMessage => {
  const known = cleaned.get(message)
  if (known !== undefined) return known
  const clean = { role: message.role, content: withoutControlTokens(cleanText(message.content)) }
  // System messages are written for one request; in the map they would stay until the next full garbage collection.
  if (message.role !== 'system') cleaned.set(message, clean)
  return clean
}

const inTurns = (messages: readonly SentMessage[]): readonly SentMessage[] => {
  const turns: SentMessage[] = messages[0]?.role === 'assistant' ? [{ role: 'user', content: EARLIER }] : []
  for (const message of messages) {
    const before = turns.at(-1)
    if (before?.role === message.role) {
      turns[turns.length - 1] = { role: before.role, content: `${before.content}\n${message.content}` }
    } else {
      turns.push(message)
    }
  }
  return turns.at(-1)?.role === 'user' ? turns : [...turns, { role: 'user', content: GO_ON }]
}
