/** `session.sweep` and `session.purge`: the scheduled work on expired sessions and on data past its retention. */
import { z } from 'zod'
import type { Uses } from '../context.ts'
import { pruneByAge } from '../memory/reflections.ts'
import { operation, type Call } from '../operation.ts'

const count = z.int().min(0)

const deletedSchema = {
  purged: count.describe('archived sessions deleted'),
  records: count.describe('delivery records and usage records deleted'),
  reflections: count.describe('reflections deleted'),
}

type Deleted = Readonly<Record<keyof typeof deletedSchema, number>>

const USES = [
  'sessions.lifecycle',
  'sessions.pruneReflections',
  'messages.traffic',
  'instance.memory_system_enabled',
] as const

/** Deletes everything that is past its retention. */
const deleteOld = async (context: Uses<(typeof USES)[number]>, { caller, signal }: Call): Promise<Deleted> => {
  const { sessions, messages } = context
  const { purged } = await sessions.lifecycle.purge({ signal })
  const records = await messages.traffic.prune()
  return { purged, records, reflections: await pruneByAge(context, caller, signal) }
}

const NOTHING_DELETED: Deleted = { purged: 0, records: 0, reflections: 0 }

export const sessionSweep = operation({
  summary: 'End expired sessions, store sessions that wait, and delete data past its retention',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'erases',
  uses: USES,
  input: z.strictObject({
    purge: z.boolean().default(true).describe('delete data past its retention'),
  }),
  output: z.object({ found: count, stored: count, failed: count, dead: count, ...deletedSchema }),
  run: async (context, { purge }, call) => {
    const report = await context.sessions.lifecycle.sweep({
      signal: call.signal,
      progress: (done, total) => {
        call.progress({ done, total, unit: 'sessions' })
      },
    })
    return { ...report, ...(purge ? await deleteOld(context, call) : NOTHING_DELETED) }
  },
})

export const sessionPurge = operation({
  summary: 'Delete archived sessions, reflections, delivery records and usage records past their retention',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'erases',
  uses: USES,
  input: z.strictObject({}),
  output: z.object(deletedSchema),
  run: async (context, _input, call) => await deleteOld(context, call),
})
