/** `memory.prune_reflections`: deletes old reflections; the cleanup schedule uses the same rule. */
import { z } from 'zod'
import type { OldReflections } from '../../learning/reflections.ts'
import { describeScope } from '../../messages/describe-scope.ts'
import type { People } from '../../people/people.ts'
import type { Uses } from '../context.ts'
import { actorOf, operation, type Caller } from '../operation.ts'
import { isoTime, namedScope, scopeInput } from '../references.ts'

const MOST_DAYS = 3650
const MOST_ROWS = 100

const countOf = (found: readonly OldReflections[]): number => found.reduce((sum, each) => sum + each.count, 0)

/** Deletes reflections past their retention; returns how many. Deletes nothing while the memory system is disabled. */
export const pruneByAge = async (
  { instance, sessions }: Uses<'instance.memory_system_enabled' | 'sessions.pruneReflections'>,
  caller: Caller,
  signal: AbortSignal,
): Promise<number> => {
  if (!instance.memory_system_enabled) return 0
  return countOf((await sessions.pruneReflections({ by: actorOf(caller), signal })).found)
}

/** One row per person or group, those with the most reflections first. */
const byConversation = async (directory: Pick<People, 'find'>, found: readonly OldReflections[]) =>
  await Promise.all(
    found.slice(0, MOST_ROWS).map(async ({ scope, count, oldest, newest }) => ({
      who: await describeScope(directory, scope),
      reflections: count,
      oldest: isoTime(oldest),
      newest: isoTime(newest),
    })),
  )

export const memoryPruneReflections = operation({
  summary: 'Delete old reflections about conversations, or only count them',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'erases',
  uses: ['people.directory', 'sessions.browser', 'sessions.pruneReflections'],
  input: z.strictObject({
    days: z
      .int()
      .min(0)
      .max(MOST_DAYS)
      .optional()
      .describe('delete reflections older than this many days (default: memory.reflections.retention_days)'),
    dry_run: z.boolean().default(false).describe('delete nothing, only show what would be deleted'),
    person: scopeInput.person,
    chat: scopeInput.chat,
  }),
  output: z.object({
    dry_run: z.boolean(),
    days: z.int().min(0),
    before: z.string().describe('reflections written before this time'),
    reflections: z.int().min(0).describe('how many were deleted, or would be'),
    oldest: z.string().nullable(),
    newest: z.string().nullable(),
    conversations: z
      .array(z.object({ who: z.string(), reflections: z.int().min(1), oldest: z.string(), newest: z.string() }))
      .describe('by person or group, most reflections first, at most 100'),
  }),
  subject: namedScope,
  run: async ({ people, sessions }, { days, dry_run }, { caller, subject: scope, signal }) => {
    const pruned = await sessions.pruneReflections({ days, scope, dry_run, by: actorOf(caller), signal })
    const { found } = pruned
    return {
      dry_run,
      days: pruned.days,
      before: isoTime(pruned.before),
      reflections: countOf(found),
      oldest: found.length === 0 ? null : isoTime(Math.min(...found.map(each => each.oldest))),
      newest: found.length === 0 ? null : isoTime(Math.max(...found.map(each => each.newest))),
      conversations: await byConversation(people.directory, found),
    }
  },
})
