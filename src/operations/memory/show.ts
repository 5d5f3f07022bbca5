/** `memory.show`: one memory with its quote, its validity and its sources. */
import { z } from 'zod'
import type { MemoryRecord } from '../../memory/memory.ts'
import { describeScope } from '../../messages/describe-scope.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { maySee, operation, type Caller } from '../operation.ts'
import { isoTime, referenceField } from '../references.ts'

const mergedMemory = z.object({
  memory_id: z.string(),
  text: z.string(),
  quote: z.string().nullable(),
  reason: z.string(),
  at: z.string(),
})

const otherMemory = z.object({ memory_id: z.string(), text: z.string() })

const toOther = ({ memory_id, text }: MemoryRecord): z.output<typeof otherMemory> => ({ memory_id, text })

const findMemory = async (
  { memory }: Uses<'memory.store'>,
  memory_id: string,
  caller: Caller,
): Promise<MemoryRecord> => {
  const scope = (await memory.store.scopesOf([memory_id])).get(memory_id)
  const [found] = scope === undefined || !maySee(caller, scope) ? [] : await memory.store.get(scope, [memory_id])
  if (found === undefined) throw new DenidinError('not_found', `there is no memory "${memory_id}"`)
  return found
}

const mergedInto = async (
  { memory }: Uses<'memory.store'>,
  { memory_id, scope }: MemoryRecord,
): Promise<z.output<typeof mergedMemory>[]> => {
  const merges = await memory.store.mergesInto(memory_id)
  const ids = merges.map(each => each.memory_id)
  const merged = new Map((await memory.store.get(scope, ids)).map(each => [each.memory_id, each]))
  return merges.map(({ memory_id: id, reason, at }) => ({
    memory_id: id,
    reason,
    at: isoTime(at),
    text: merged.get(id)?.text ?? '',
    quote: merged.get(id)?.quote ?? null,
  }))
}

export const memoryShow = operation({
  summary: 'Show one memory with its quote, its validity and its sources',
  access: 'operator',
  own: true,
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: ['memory.store', 'people.directory'],
  input: z.strictObject({ memory_id: referenceField.describe('id of the memory') }),
  output: z.object({
    memory_id: z.string(),
    who: z.string(),
    kind: z.string(),
    category: z.string(),
    tier: z.string(),
    importance: z.number(),
    said_from: z.string(),
    said_to: z.string(),
    valid_from: z.string(),
    valid_to: z.string().nullable().describe('when it stopped being true'),
    supersedes: z.string().nullable().describe('the first memory that it replaced'),
    replaced: z.array(otherMemory).describe('every memory that it replaced'),
    replaced_by: z.array(otherMemory).describe('the memories that replaced it'),
    merged_into: z.string().nullable().describe('the memory that says the same and is used instead'),
    text: z.string(),
    quote: z.string().nullable(),
    session_id: z.string().nullable(),
    sources: z.array(z.object({ message_id: z.string() })),
    entities: z.array(z.object({ kind: z.string(), value: z.string() })),
    merged: z.array(mergedMemory).describe('memories that say the same and were merged into this one'),
  }),
  run: async (context, { memory_id }, { caller }) => {
    const memory = await findMemory(context, memory_id, caller)
    const { scope, kind, category, tier, importance, text, valid_to } = memory
    const merged = await mergedInto(context, memory)
    const replaced = await context.memory.store.get(scope, memory.supersedes)
    const replaced_by = await context.memory.store.supersedersOf(scope, [memory_id])
    const others = [...merged, ...replaced, ...replaced_by].map(each => each.memory_id)
    return {
      output: {
        memory_id,
        who: await describeScope(context.people.directory, scope),
        kind,
        category,
        tier,
        importance,
        said_from: isoTime(memory.said_from),
        said_to: isoTime(memory.said_to),
        valid_from: isoTime(memory.valid_from),
        valid_to: valid_to === undefined ? null : isoTime(valid_to),
        text,
        quote: memory.quote ?? null,
        supersedes: memory.supersedes[0] ?? null,
        replaced: replaced.map(toOther),
        replaced_by: replaced_by.map(toOther),
        session_id: memory.session_id ?? null,
        merged_into: memory.merged_into ?? null,
        sources: memory.sources.map(message_id => ({ message_id })),
        entities: memory.entities.map(({ kind: entity, value }) => ({ kind: entity, value })),
        merged,
      },
      touched: [{ whose: scope, memory_ids: [memory_id, ...others] }],
    }
  },
})
