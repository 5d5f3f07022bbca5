import type { RecallRecord } from '../memory/memory-log.ts'
import type { PackedRecall } from '../retrieval/pack-recall.ts'
import type { Reply } from '../messages/message-store.ts'

/** What a reply was given, so that its person can ask why; it has the id of the reply. */
export const recallRecord = (reply: Reply, { memories, quotes, covered }: PackedRecall, at: number): RecallRecord => ({
  recall_id: reply.outbox_id,
  scope: reply.scope,
  chat_id: reply.chat_id,
  at,
  items: [
    ...[...memories, ...covered].map(({ memory: { memory_id }, similarity, score }) => ({
      memory_id,
      message_id: undefined,
      similarity,
      score,
    })),
    ...quotes.map(({ message_id, similarity, lexical }) => ({
      memory_id: undefined,
      message_id,
      similarity,
      score: lexical,
    })),
  ],
})
