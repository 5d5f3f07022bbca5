/** `memory.access_stats`: how often memories were used. */
import { z } from 'zod'
import { CATEGORIES, TIERS, type MemoryRecord } from '../../memory/memory.ts'
import { describeScope } from '../../messages/describe-scope.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import type { Uses } from '../context.ts'
import { operation } from '../operation.ts'
import { isoTime, namedScope, referenceField, scopeInput } from '../references.ts'

const MOST_HOURS = 8760
const MOST_ROWS = 100
const EXTRACTED = 'extract:'

const counts = z.record(z.string(), z.int().min(0))

/** Memories by id, each read within its own scope. */
const memoriesOf = async (
  { memory: { store } }: Uses<'memory.store'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MemoryRecord>> => {
  const scopes = [...(await store.scopesOf(ids))]
  const found = await Promise.all(scopes.map(([id, scope]) => store.get(scope, [id])))
  return new Map(found.flat().map(memory => [memory.memory_id, memory]))
}

export const memoryAccessStats = operation({
  summary: 'Count how often memories were used in the last hours, most used first',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['memory.store', 'memory.log', 'people.directory', 'sessions.browser', 'system.clock'],
  input: z.strictObject({
    ...scopeInput,
    about: referenceField.optional().describe('only memories about this person, project or thing'),
    hours: z.number().positive().max(MOST_HOURS).default(24).describe('number of hours to look back'),
    top_n: z.int().min(1).max(MOST_ROWS).default(10).describe('maximum number of rows per list'),
  }),
  output: z.object({
    window_hours: z.number(),
    total_accesses: z.int().min(0),
    distinct_memories: z.int().min(0),
    by_type: counts,
    by_provider: counts.describe('fact extractions by each provider'),
    top_memories: z.array(
      z.object({
        memory_id: z.string(),
        count: z.int().min(0),
        last_access: z.string(),
        category: z.enum(CATEGORIES).nullable().describe('null: deleted since'),
        memory_tier: z.enum(TIERS).nullable(),
        importance_score: z.number().nullable(),
        who: z.string().nullable().describe('whose memory it is'),
      }),
    ),
    recent: z.array(z.object({ memory_id: z.string().nullable(), access_type: z.string(), timestamp: z.string() })),
  }),
  run: async (context, { hours, top_n, about, ...named }, { caller }) => {
    const { memory, people, system } = context
    const scope = await namedScope(context, named, caller)
    const stats = await memory.log.stats({
      since: system.clock.now() - hours * HOUR_MS,
      most: top_n,
      ...(scope === undefined ? {} : { scope }),
      ...(about === undefined ? {} : { about }),
    })
    const memories = await memoriesOf(
      context,
      stats.top.map(each => each.memory_id),
    )
    const extractions = Object.entries(stats.by_type).filter(([type]) => type.startsWith(EXTRACTED))
    return {
      window_hours: hours,
      total_accesses: stats.total_accesses,
      distinct_memories: stats.distinct_memories,
      by_type: stats.by_type,
      by_provider: Object.fromEntries(extractions.map(([type, n]) => [type.slice(EXTRACTED.length), n])),
      top_memories: await Promise.all(
        stats.top.map(async ({ memory_id, count, last_at }) => {
          const found = memories.get(memory_id)
          return {
            memory_id,
            count,
            last_access: isoTime(last_at),
            category: found?.category ?? null,
            memory_tier: found?.tier ?? null,
            importance_score: found?.importance ?? null,
            who: found === undefined ? null : await describeScope(people.directory, found.scope),
          }
        }),
      ),
      recent: stats.recent.map(({ memory_id, type, at }) => ({
        memory_id: memory_id ?? null,
        access_type: type,
        timestamp: isoTime(at),
      })),
    }
  },
})
