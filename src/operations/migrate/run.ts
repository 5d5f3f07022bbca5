/** `migrate.run`: migrates long-term memory from summaries of sessions (v1) to facts (v2). */
import { z } from 'zod'
import type { MigrationResult } from '../../learning/schema-migration/schema-migration.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { actorOf, EVERYONE, operation, type AuditedOutput, type Call } from '../operation.ts'

const count = z.int().min(0)

const input = z.strictObject({
  dry_run: z.boolean().default(false).describe('count what would be migrated, and write nothing'),
  backup: z.boolean().default(true).describe('make a full backup before anything is written'),
})

const output = z.object({
  success: z.boolean(),
  error: z.string().nullable(),
  migration_needed: z.boolean(),
  duration_seconds: z.number(),
  backup: z.string().nullable().describe('id of the backup that was made before'),
  stats: z.object({
    preview: z.boolean().describe('nothing was written'),
    skipped: z.boolean().describe('there was nothing to migrate'),
    reason: z.string().nullable(),
    would_migrate: count.describe('summaries that wait, before this run'),
    migrated: count.describe('summaries that this run migrated'),
    learned: count.describe('summaries whose facts come from the messages of their session'),
    converted: count.describe('summaries whose own statements became facts, because the messages are gone'),
    kept: count.describe('transcripts that stay as they are, because the messages are gone'),
    facts: count.describe('facts that came of them, known ones included'),
  }),
  verified: z
    .array(z.object({ kind: z.string(), before: count, after: count, lost: count }))
    .describe('every kind of memory, by count and digest'),
})

type Input = z.output<typeof input>
type Output = z.output<typeof output>

type MigrateContext = Uses<'memory.migration' | 'backup.backups' | 'system.clock'>

const NO_STATS: Output['stats'] = {
  preview: false,
  skipped: false,
  reason: null,
  would_migrate: 0,
  migrated: 0,
  learned: 0,
  converted: 0,
  kept: 0,
  facts: 0,
}

/** @throws DenidinError `disabled` where sessions do not become facts */
const checkEnabled = ({ memory }: Pick<MigrateContext, 'memory'>): void => {
  if (memory.migration.is_v2) return
  throw new DenidinError(
    'disabled',
    'sessions still become summaries: switch on feature_flags.use_schema_v2 (with the memory system and memory.longterm.enabled), and start again',
  )
}

const run = async (
  context: MigrateContext,
  { dry_run, backup: wants_backup }: Input,
  call: Call,
): Promise<AuditedOutput<Output>> => {
  checkEnabled(context)
  const { memory, backup, system } = context
  const began = system.clock.monotonic()
  const { pending, history } = await memory.migration.status()
  // A run that was killed after its last summary has neither verified the memories nor recorded its end.
  const needed = pending > 0 || (history[0] !== undefined && history[0].status !== 'completed')
  const base = {
    success: true,
    error: null,
    migration_needed: needed,
    duration_seconds: 0,
    backup: null,
    verified: [],
  }
  if (!needed) {
    return { output: { ...base, stats: { ...NO_STATS, skipped: true, reason: 'already_v2' } }, touched: [] }
  }
  if (dry_run)
    return { output: { ...base, stats: { ...NO_STATS, preview: true, would_migrate: pending } }, touched: [] }
  const { signal, progress } = call
  const made = wants_backup ? await backup.backups.create('full', [], { signal, progress }) : undefined
  const result = await memory.migration.run({
    backup_id: made?.id,
    started_by: actorOf(call.caller),
    signal,
    progress: (done, total) => {
      progress({ done, total, unit: 'summaries' })
    },
  })
  return {
    output: {
      ...base,
      ...outputOf(result, pending),
      duration_seconds: (system.clock.monotonic() - began) / 1000,
      backup: made?.id ?? null,
    },
    touched: [{ whose: EVERYONE, counts: { migrated: migratedBy(result), facts: result.facts } }],
  }
}

const migratedBy = ({ migrated: { learned, converted, kept } }: MigrationResult): number => learned + converted + kept

const outputOf = (
  result: MigrationResult,
  would_migrate: number,
): Pick<Output, 'success' | 'error' | 'stats' | 'verified'> => ({
  success: result.status === 'completed',
  error: result.error ?? null,
  stats: {
    ...NO_STATS,
    ...result.migrated,
    would_migrate,
    migrated: migratedBy(result),
    facts: result.facts,
  },
  verified: result.verified.map(each => ({ ...each })),
})

const failure = ({ success, error }: Output): string | undefined =>
  success
    ? undefined
    : `the migration stopped: ${error ?? 'unknown'}; what was migrated stays, and the same command goes on`

export const migrateRun = operation({
  summary: 'Turn the summaries of sessions (v1) into facts (v2); a backup is made before',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: ['memory.migration', 'backup.backups', 'system.clock'],
  input,
  output,
  failure,
  run,
})

export const migrateConfirm = operation({
  summary: 'End the summaries (v1) that facts (v2) have replaced: they are no longer recalled, and stay in the history',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: ['memory.migration'],
  confirm: () => true,
  input: z.strictObject({}),
  output: z.object({ ended: count.describe('summaries that are no longer recalled') }),
  run: async context => {
    checkEnabled(context)
    const ended = await context.memory.migration.confirm()
    return { output: { ended }, touched: ended === 0 ? [] : [{ whose: EVERYONE, counts: { ended } }] }
  },
})
