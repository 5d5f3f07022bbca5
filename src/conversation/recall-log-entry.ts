import type { Access, RecallRecord } from '../memory/memory-log.ts'
import type { PackedRecall } from '../retrieval/pack-recall.ts'
import type { Reply } from '../messages/message-store.ts'
import type { ProfileLine } from '../memory/profiles.ts'

/** What a request held besides the history. */
export interface GivenContext {
  readonly recalled: PackedRecall
  readonly profile: readonly ProfileLine[]
  readonly tone: string | undefined
}

/** What a reply was given, so that its person can ask why; it has the id of the reply. */
export const recallRecord = (reply: Reply, given: GivenContext, at: number): RecallRecord => ({
  recall_id: reply.outbox_id,
  scope: reply.scope,
  chat_id: reply.chat_id,
  at,
  tone: given.tone,
  items: [
    ...given.profile.map(({ memory_id }) => ({
      memory_id,
      message_id: undefined,
      similarity: undefined,
      score: 0,
      given_as: 'profile' as const,
    })),
    ...given.recalled.memories.map(({ memory: { memory_id }, similarity, score }) => ({
      memory_id,
      message_id: undefined,
      similarity,
      score,
      given_as: 'recall' as const,
    })),
    ...given.recalled.quotes.map(({ message_id, similarity, lexical }) => ({
      memory_id: undefined,
      message_id,
      similarity,
      score: lexical,
      given_as: 'recall' as const,
    })),
  ],
})

/** Memories that were not shown, because their own words are quoted, were used all the same. */
export const usedThroughQuotes = ({ scope }: Reply, { covered }: PackedRecall, at: number): readonly Access[] =>
  covered.map(({ memory: { memory_id } }) => ({ scope, memory_id, type: 'recall', at }))
