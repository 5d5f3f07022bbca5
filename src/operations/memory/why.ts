/** `memory.why`: the content that the model was given for the last reply. */
import { z } from 'zod'
import type { LeftOut, ReplyBudget } from '../../memory/memory-log.ts'
import { fileOf, type MemoryRecord } from '../../memory/memory.ts'
import type { MessageRecord } from '../../messages/message.ts'
import { SHARED_SCOPE } from '../../messages/scope.ts'
import { DenidinError } from '../../platform/errors.ts'
import { belongTo } from '../../privacy/ownership.ts'
import { COMPLEXITIES } from '../../text/complexity/complexity.ts'
import type { Uses } from '../context.ts'
import { operation, type Caller } from '../operation.ts'
import { isoTime } from '../references.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput, type Subject } from '../subject.ts'
import { idsOf, memoriesOf, messagesOf } from './given.ts'
import { speakerOfMemory, speakerOfMessage, SPEAKERS } from './listed-item.ts'
import { hasMemorySystem, MEMORY_SYSTEM_FIELDS } from './memory-system.ts'

/**
 * Whether the subject may still see an item that a reply was given: the godfather loses access to others' messages when
 * the role or the scope changes.
 */
const visibleTo = async (
  { memory }: Uses<'memory.scopes'>,
  { scope, person, unrestricted }: Subject,
  { level }: Caller,
): Promise<(item: MemoryRecord | MessageRecord) => boolean> => {
  if (unrestricted || (level !== 'anyone' && (await memory.scopes.readsOthers(scope)))) return () => true
  return item =>
    item.scope === scope ||
    item.scope === SHARED_SCOPE ||
    belongTo(person.person_id, 'memory_id' in item ? { memories: [item] } : { messages: [item] })
}

/** Reasons for leaving out relevant items. */
const NO_ROOM: ReadonlySet<string> = new Set(['turn_budget', 'request_budget', 'history_budget'])

const contextOf = ({ need, complexity, raised, scopes, left }: ReplyBudget) => {
  const countOf = (has: (each: LeftOut) => boolean): number =>
    left.filter(has).reduce((sum, { count }) => sum + count, 0)
  return {
    need,
    complexity,
    raised,
    messages: scopes['recent']?.count ?? 0,
    shortened: countOf(({ kind, outcome }) => kind === 'message' && outcome === 'shortened'),
    left_out: countOf(({ outcome, reason }) => outcome === 'left' && NO_ROOM.has(reason)),
  }
}

export const memoryWhy = operation({
  summary: 'Show what the last reply was based on: memories, messages, profile and tone',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: [...SUBJECT_FIELDS, 'memory.store', 'memory.log', 'memory.scopes', 'messages.history', ...MEMORY_SYSTEM_FIELDS],
  input: z.strictObject(subjectInput),
  output: z.object({
    replied_at: z.string().nullable().describe('null: no reply yet'),
    tone: z.string().nullable().describe('tone that the model was asked for, because of the sentiment of the message'),
    context: z
      .object({
        need: z.string().describe('what the message needed of the session: exchange, conversation or session'),
        complexity: z.enum(COMPLEXITIES),
        raised: z.boolean().describe('it needed more room than usual, and got it'),
        messages: z.number().describe('messages of the session that the model was given'),
        shortened: z.number().describe('of them, replies that were given in brief'),
        left_out: z.number().describe('messages and memories for which there was no room'),
      })
      .nullable()
      .describe('how much context the model was given; null: fixed budgets'),
    items: z.array(
      z.object({
        id: z.string(),
        text: z.string().nullable().describe('null: deleted since'),
        by: z.enum(SPEAKERS).nullable().describe('null: no one said it, or it was deleted since'),
        file: z.string().nullable().describe('name of the file of the knowledge folder that it is from'),
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
    if (recall === undefined) {
      if (!(await hasMemorySystem(context, scope))) {
        throw new DenidinError('disabled', 'the memory is switched off, so nothing is recorded about replies')
      }
      return { output: { replied_at: null, tone: null, context: null, items: [] }, touched: [] }
    }
    const memories = await memoriesOf(context, idsOf(recall.items, 'memory_id'))
    const messages = await messagesOf(context, idsOf(recall.items, 'message_id'))
    const isVisible = await visibleTo(context, subject, caller)
    const shown = recall.items.filter(({ memory_id, message_id }) => {
      const item = memories.get(memory_id ?? '') ?? messages.get(message_id ?? '')
      return item === undefined || isVisible(item)
    })
    const [memory_ids, message_ids] = [idsOf(shown, 'memory_id'), idsOf(shown, 'message_id')]
    const items = shown.map(({ memory_id, message_id, similarity = null, score, given_as }) => {
      const memory = memories.get(memory_id ?? '')
      const message = messages.get(message_id ?? '')
      const at = memory?.said_to ?? message?.sent_at
      const file = memory === undefined ? undefined : fileOf(memory)
      const by =
        memory !== undefined
          ? file !== undefined
            ? null
            : speakerOfMemory(memory, person)
          : message === undefined
            ? null
            : speakerOfMessage(message, person)
      return {
        id: memory_id ?? message_id ?? '',
        text: memory?.text ?? message?.text ?? null,
        by,
        file: file ?? null,
        said_at: at === undefined ? null : isoTime(at),
        similarity,
        score,
        given_as,
      }
    })
    return {
      output: {
        replied_at: isoTime(recall.at),
        tone: recall.tone ?? null,
        context: recall.budget === undefined ? null : contextOf(recall.budget),
        items,
      },
      touched: [{ whose: scope, memory_ids, message_ids }],
    }
  },
})
