/** The entry of the recall log: what a reply was given, so that its person can ask why. */
import type { RecallRecord } from '../../memory/memory-log.ts'
import type { Reply } from '../../messages/message-store.ts'
import type { PackedRecall } from '../packing/pack-recall.ts'

/**
 * Memories and quotes of the request, and memories that were given through their quotes: these count as used too. The
 * entry has the id of the reply.
 */
export const recallLogEntry = (reply: Reply, { memories, quotes, quoted }: PackedRecall, at: number): RecallRecord => ({
  recall_id: reply.outbox_id,
  scope: reply.scope,
  chat_id: reply.chat_id,
  at,
  items: [
    ...[...memories, ...quoted].map(({ memory: { memory_id }, similarity, score }) => ({
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
