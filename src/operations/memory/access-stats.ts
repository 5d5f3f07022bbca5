/** How the memory is used. */
import { z } from 'zod'
import { CATEGORIES, TIERS, type MemoryRecord } from '../../memory/memory.ts'
import type { MemoryStore } from '../../memory/memory-store.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import { operation } from '../operation.ts'
import { isoTime } from '../references.ts'

const MOST_HOURS = 8760
const MOST_ROWS = 100
const EXTRACTED = 'extract:'

const counts = z.record(z.string(), z.int().min(0))

/** These memories by id, each read within its own scope. */
const found = async (
  memories: Pick<MemoryStore, 'get' | 'scopesOf'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MemoryRecord>> => {
  const scopes = [...(await memories.scopesOf(ids))]
  const there = await Promise.all(scopes.map(([id, scope]) => memories.get(scope, [id])))
  return new Map(there.flat().map(memory => [memory.memory_id, memory]))
}

export const memoryAccessStats = operation({
  summary: 'Count how memories were used in the last hours, most used first',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({
    hours: z.number().positive().max(MOST_HOURS).default(24).describe('hours to look back'),
    top_n: z.int().min(1).max(MOST_ROWS).default(10).describe('rows of each list'),
  }),
  output: z.object({
    window_hours: z.number(),
    total_accesses: z.int().min(0),
    distinct_memories: z.int().min(0),
    by_type: counts,
    by_provider: counts.describe('calls of each provider that extracted facts'),
    top_memories: z.array(
      z.object({
        memory_id: z.string(),
        count: z.int().min(0),
        last_access: z.string(),
        category: z.enum(CATEGORIES).nullable().describe('null: it is forgotten'),
        memory_tier: z.enum(TIERS).nullable(),
        importance_score: z.number().nullable(),
      }),
    ),
    recent: z.array(z.object({ memory_id: z.string().nullable(), access_type: z.string(), timestamp: z.string() })),
  }),
  run: async ({ memoryStore, memoryLog, clock }, { hours, top_n }) => {
    const stats = await memoryLog.stats({ since: clock.now() - hours * HOUR_MS, most: top_n })
    const there = await found(
      memoryStore,
      stats.top.map(each => each.memory_id),
    )
    const providers = Object.entries(stats.by_type).filter(([type]) => type.startsWith(EXTRACTED))
    return {
      window_hours: hours,
      total_accesses: stats.total_accesses,
      distinct_memories: stats.distinct_memories,
      by_type: stats.by_type,
      by_provider: Object.fromEntries(providers.map(([type, n]) => [type.slice(EXTRACTED.length), n])),
      top_memories: stats.top.map(({ memory_id, count, last_at }) => {
        const memory = there.get(memory_id)
        return {
          memory_id,
          count,
          last_access: isoTime(last_at),
          category: memory?.category ?? null,
          memory_tier: memory?.tier ?? null,
          importance_score: memory?.importance ?? null,
        }
      }),
      recent: stats.recent.map(({ memory_id, type, at }) => ({
        memory_id: memory_id ?? null,
        access_type: type,
        timestamp: isoTime(at),
      })),
    }
  },
})
