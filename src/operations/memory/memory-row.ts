/** How one memory appears in the tables of `memory list` and `memory search`. */
import { z } from 'zod'
import { CATEGORIES, MEMORY_KINDS, type MemoryRecord } from '../../memory/memory.ts'
import { describeScope } from '../../messages/describe-scope.ts'
import type { People } from '../../people/people.ts'
import type { Touched } from '../operation.ts'
import { isoTime } from '../references.ts'

export const memoryRowSchema = z.object({
  memory_id: z.string(),
  who: z.string().describe('the person, or the group'),
  kind: z.enum(MEMORY_KINDS),
  category: z.enum(CATEGORIES),
  said_from: z.string(),
  said_to: z.string(),
  valid_to: z.string().nullable().describe('when it stopped being true'),
  text: z.string(),
})

export const memoryRow = async (
  directory: Pick<People, 'find'>,
  memory: MemoryRecord,
): Promise<z.output<typeof memoryRowSchema>> => ({
  memory_id: memory.memory_id,
  who: await describeScope(directory, memory.scope),
  kind: memory.kind,
  category: memory.category,
  said_from: isoTime(memory.said_from),
  said_to: isoTime(memory.said_to),
  valid_to: memory.valid_to === undefined ? null : isoTime(memory.valid_to),
  text: memory.text,
})

/** One audit entry for each person or group that owns any of these memories. */
export const touchedMemories = (memories: readonly MemoryRecord[]): readonly Touched[] =>
  [...Map.groupBy(memories, memory => memory.scope)].map(([whose, theirs]) => ({
    whose,
    memory_ids: theirs.map(memory => memory.memory_id),
  }))
