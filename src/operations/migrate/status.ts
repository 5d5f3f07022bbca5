/** `migrate.status`: shows the schema of each database, and the migrations and rollbacks so far. */
import { z } from 'zod'
import { operation } from '../operation.ts'

const count = z.int().min(0)
/** How many events are shown. */
const MOST_EVENTS = 10

const eventRow = z.object({
  kind: z.enum(['migration', 'rollback']),
  started_at: z.string(),
  completed_at: z.string().nullable(),
  status: z
    .enum(['started', 'staged', 'completed', 'failed', 'interrupted'])
    .describe('staged: a later start replaces the data; interrupted: the process ended before it was complete'),
  from_version: z.string().nullable().describe('version that had written the data; null: not known'),
  from_commit: z.string().nullable().describe('commit of that version; null: not known'),
  to_version: z.string(),
  migrations: z.array(z.string()),
  backup_id: z.string().nullable().describe('the backup that was made before; null: none, or it has expired'),
  error: z.string().nullable(),
})

export const migrateStatus = operation({
  summary: 'Show the schema of each database, pending migrations, and the migrations and rollbacks so far',
  access: 'operator',
  effect: 'read',
  needs: 'nothing',
  audit: 'none',
  uses: ['backup.migrations'],
  input: z.strictObject({}),
  output: z.object({
    denidin_version: z.string(),
    written_by: z.string().nullable().describe('version that wrote the data last; null: not known'),
    databases: z.array(
      z.object({
        name: z.string(),
        schema: z.string().nullable().describe('the last of the migrations by name; null: there is no such database'),
        applied: count,
        pending: z.array(z.string()).describe('what the next start runs'),
      }),
    ),
    history: z.array(eventRow).describe('newest first'),
  }),
  run: async ({ backup: { migrations } }) => {
    const { version, written_by, databases, events } = await migrations.status()
    return {
      denidin_version: version,
      written_by,
      databases: databases.map(({ name, applied, pending }) => ({
        name,
        schema: applied?.at(-1) ?? null,
        applied: applied?.length ?? 0,
        pending: [...pending],
      })),
      history: events.slice(0, MOST_EVENTS).map(({ has_backup, backup_id, databases: changed, ...event }) => ({
        kind: event.kind,
        started_at: event.started_at,
        completed_at: event.completed_at,
        status: event.status,
        from_version: event.from_version,
        from_commit: event.from_commit ?? null,
        to_version: event.to_version,
        migrations: changed.flatMap(each => each.migrations),
        backup_id: has_backup ? backup_id : null,
        error: event.error,
      })),
    }
  },
})
