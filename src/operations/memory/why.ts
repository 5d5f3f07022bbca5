/** `memory.why`: what the model was given for the last reply. */
import { z } from 'zod'
import type { RecallRecord } from '../../memory/memory-log.ts'
import type { MemoryRecord } from '../../memory/memory.ts'
import type { MessageRecord } from '../../messages/message.ts'
import type { Uses } from '../context.ts'
import { operation } from '../operation.ts'
import { isoTime } from '../references.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput } from '../subject.ts'
import { speakerOfMemory, speakerOfMessage, SPEAKERS } from './listed-item.ts'

const memoriesOf = async (
  { memory }: Uses<'memory.store'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MemoryRecord>> => {
  const scopes = new Set((await memory.store.scopesOf(ids)).values())
  const found = await Promise.all([...scopes].map(scope => memory.store.get(scope, ids)))
  return new Map(found.flat().map(each => [each.memory_id, each]))
}

const messagesOf = async (
  { messages }: Uses<'messages.history'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MessageRecord>> =>
  new Map((await messages.history.get(ids)).map(message => [message.message_id, message]))

const idsOf = (recall: RecallRecord, kind: 'memory_id' | 'message_id'): readonly string[] =>
  recall.items.flatMap(item => item[kind] ?? [])

export const memoryWhy = operation({
  summary: 'Show what the last reply was based on: memories, messages, profile and tone',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: [...SUBJECT_FIELDS, 'memory.store', 'memory.log', 'messages.history'],
  input: z.strictObject(subjectInput),
  output: z.object({
    replied_at: z.string().nullable().describe('null: no reply yet'),
    tone: z.string().nullable().describe('tone that the model was asked for, because of the sentiment of the message'),
    items: z.array(
      z.object({
        id: z.string(),
        text: z.string().nullable().describe('null: deleted since'),
        by: z.enum(SPEAKERS).nullable(),
        said_at: z.string().nullable(),
        similarity: z.number().nullable().describe('null: found by full-text search, or not searched for'),
        score: z.number(),
        given_as: z
          .enum(['recall', 'profile'])
          .describe('recall: found for this question; profile: given with every message of the person'),
      }),
    ),
  }),
  subject: resolveSubject,
  run: async (context, _input, { caller, subject }) => {
    const { person, scope, listing } = subject
    const chat_id = caller.level === 'operator' ? undefined : listing.chat_id
    const recall = await context.memory.log.lastRecall(scope, chat_id)
    if (recall === undefined) return { output: { replied_at: null, tone: null, items: [] }, touched: [] }
    const [memory_ids, message_ids] = [idsOf(recall, 'memory_id'), idsOf(recall, 'message_id')]
    const memories = await memoriesOf(context, memory_ids)
    const messages = await messagesOf(context, message_ids)
    const items = recall.items.map(({ memory_id, message_id, similarity = null, score, given_as }) => {
      const memory = memories.get(memory_id ?? '')
      const message = messages.get(message_id ?? '')
      const at = memory?.said_to ?? message?.sent_at
      const by =
        memory !== undefined
          ? speakerOfMemory(memory, person)
          : message === undefined
            ? null
            : speakerOfMessage(message, person)
      return {
        id: memory_id ?? message_id ?? '',
        text: memory?.text ?? message?.text ?? null,
        by,
        said_at: at === undefined ? null : isoTime(at),
        similarity,
        score,
        given_as,
      }
    })
    return {
      output: { replied_at: isoTime(recall.at), tone: recall.tone ?? null, items },
      touched: [{ whose: scope, memory_ids, message_ids }],
    }
  },
})
