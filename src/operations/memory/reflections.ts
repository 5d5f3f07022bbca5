/** Reflections that were kept long enough. */
import { z } from 'zod'
import { operation, type Caller } from '../operation.ts'
import type { OperationDeps } from '../context.ts'
import { isoTime, namedScope, scopeInput } from '../references.ts'
import { describeScope } from '../../messages/describe-scope.ts'

const MOST_DAYS = 3650
const MOST_ROWS = 100

const by = ({ transport }: Caller): string => (transport === 'cron' ? 'cron' : 'operator')

/** Removes what the schedule removes; gives how many. While the memory system is off, what there is stays. */
export const pruneByAge = async (
  { about, pruneReflections }: OperationDeps,
  caller: Caller,
  signal: AbortSignal,
): Promise<number> => {
  if (!about.memory_system_enabled) return 0
  const { found } = await pruneReflections({ by: by(caller), signal })
  return found.reduce((sum, each) => sum + each.count, 0)
}

const span = { oldest: z.string().nullable(), newest: z.string().nullable() }

export const memoryPruneReflections = operation({
  summary: 'Remove reflections about conversations that are older than some days, or tell which would go',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({
    days: z
      .int()
      .min(0)
      .max(MOST_DAYS)
      .optional()
      .describe('remove those older than so many days; by default as configured (memory.reflections.retention_days)'),
    dry_run: z.boolean().default(false).describe('remove nothing, only tell what would go'),
    person: scopeInput.person,
    chat: scopeInput.chat,
  }),
  output: z.object({
    dry_run: z.boolean(),
    days: z.int().min(0),
    before: z.string().describe('those written earlier'),
    reflections: z.int().min(0).describe('how many went, or would go'),
    ...span,
    conversations: z
      .array(z.object({ who: z.string(), reflections: z.int().min(1), oldest: z.string(), newest: z.string() }))
      .describe('by person or group, most first, a hundred at most'),
  }),
  run: async (deps, { days, dry_run, ...reference }, { caller, signal }) => {
    const scope = await namedScope(deps, reference, caller)
    const pruned = await deps.pruneReflections({ days, scope, dry_run, by: by(caller), signal })
    const { found } = pruned
    return {
      dry_run,
      days: pruned.days,
      before: isoTime(pruned.before),
      reflections: found.reduce((sum, each) => sum + each.count, 0),
      oldest: found.length === 0 ? null : isoTime(Math.min(...found.map(each => each.oldest))),
      newest: found.length === 0 ? null : isoTime(Math.max(...found.map(each => each.newest))),
      conversations: await Promise.all(
        found.slice(0, MOST_ROWS).map(async each => ({
          who: await describeScope(deps.people, each.scope),
          reflections: each.count,
          oldest: isoTime(each.oldest),
          newest: isoTime(each.newest),
        })),
      ),
    }
  },
})
