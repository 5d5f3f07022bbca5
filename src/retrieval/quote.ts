/** A message that a search found, quoted word for word. */
import type { LaterText } from '../memory/memory.ts'
import { isForwarded } from '../messages/message-details.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'

export interface Quote {
  readonly message_id: MessageId
  /** The conversation that contains it. */
  readonly scope: Scope
  readonly person_id: PersonId
  readonly role: 'user' | 'assistant'
  /** The speaker's name in the channel, if known. */
  readonly speaker: string | undefined
  readonly sent_at: number
  readonly text: string
  /** Tokens of `text`. */
  readonly tokens: number
  /** The search sorts by this score; scores are comparable only within one answer. */
  readonly score: number
  /** 0 to about 1: how much of the question the message and its neighbours contain; rare words count most. */
  readonly lexical: number
  /** Cosine similarity, if the message was found by meaning. */
  readonly similarity?: number
  /** Since when it no longer holds, in milliseconds since the Unix epoch. */
  readonly held_until?: number
  /** What its speaker said later about the same thing; the newest comes last. */
  readonly now?: readonly LaterText[]
  /** Its speaker only forwarded it: the text is someone else's. */
  readonly forwarded?: true
  /** The owner of the conversation, for a hit outside the asker's own scope. */
  readonly owner_label?: string
}

/** How well a message matched. */
export type Match = Pick<Quote, 'score' | 'lexical' | 'similarity'>

export const quoteOf = (scope: Scope, message: MessageRecord, match: Match): Quote => {
  const { message_id, person_id, role, sender_name, sent_at, text, tokens } = message
  const quote = { message_id, scope, person_id, role, speaker: sender_name, sent_at, text, tokens, ...match }
  return isForwarded(message) ? { ...quote, forwarded: true } : quote
}
