/** `migrate.memory`: shows whether long-term memory holds summaries (v1) or facts (v2), and the migrations so far. */
import { z } from 'zod'
import { MEMORY_VERSIONS, MIGRATION_STATES } from '../../learning/schema-migration/migration-records.ts'
import { operation } from '../operation.ts'

const count = z.int().min(0)

const isoTime = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString())

export const migrateMemory = operation({
  summary: 'Show how many summaries of sessions (v1) wait to become facts (v2), and the migrations so far',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['memory.migration'],
  input: z.strictObject({}),
  output: z.object({
    current_version: z.enum(MEMORY_VERSIONS).describe('v1 until no summary waits and sessions become facts'),
    pending: count.describe('summaries that were not migrated yet'),
    unconfirmed: count.describe('migrated summaries that are still recalled, until migrate confirm'),
    counts: z.object({
      v1_conversations: count.describe('summaries and transcripts of sessions'),
      v2_conversations: count.describe('facts, and what people asked to remember'),
    }),
    migration_history: z
      .array(
        z.object({
          id: count,
          from: z.enum(MEMORY_VERSIONS),
          to: z.enum(MEMORY_VERSIONS),
          started_at: z.string(),
          completed_at: z.string().nullable(),
          status: z.enum(MIGRATION_STATES),
          migrated: count,
          facts: count,
          backup_id: z.string().nullable(),
          error: z.string().nullable(),
        }),
      )
      .describe('the last ten, newest first'),
  }),
  run: async ({ memory: { migration } }) => {
    const { history, counts, ...status } = await migration.status()
    return {
      ...status,
      counts: { ...counts },
      migration_history: history.map(({ started_by: _started_by, ...each }) => ({
        ...each,
        started_at: new Date(each.started_at).toISOString(),
        completed_at: isoTime(each.completed_at),
        backup_id: each.backup_id ?? null,
        error: each.error ?? null,
      })),
    }
  },
})
