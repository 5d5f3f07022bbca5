/** `backup.scheduled`: what the schedule runs, unless `backup.scheduled` is off. */
import { z } from 'zod'
import type { BackupDrills } from '../../backup/drills.ts'
import type { BackupTargets } from '../../backup/targets/targets.ts'
import type { Backups, ListedBackup } from '../../backup/backups.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { BackupSettings } from '../context.ts'
import { operation, type Call } from '../operation.ts'
import { backupRow, rowOf } from './backup-row.ts'
import { pruneRow, resultRow, targetPruneRow, targetResultRow } from './target-row.ts'
import { pruneOutput } from './prune.ts'
import { verificationOutput } from './verify.ts'

const drillRow = z.object({ backup_id: z.string(), target: z.string().nullable(), in_order: z.boolean() })

const output = z.object({
  ran: z.boolean().describe('false: backups are not scheduled, or there is none to verify yet'),
  backup: backupRow.nullable(),
  copies: z.array(targetResultRow).describe('empty: they are made in the background'),
  pruned: z.object({ ...pruneOutput, targets: z.array(targetPruneRow) }).nullable(),
  verification: z.object(verificationOutput).nullable(),
  drills: z.array(drillRow).describe('backups that were chosen at random and verified'),
})

const NOTHING: z.output<typeof output> = {
  ran: false,
  backup: null,
  copies: [],
  pruned: null,
  verification: null,
  drills: [],
}

export const backupScheduled = operation({
  summary: 'Do what the schedule of backups does: make one, or prune and verify the newest',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['backup.backups', 'backup.targets', 'backup.drills', 'backup.settings'],
  input: z.strictObject({
    job: z.enum(['incremental', 'full', 'archive', 'verify', 'drill']).describe('a type of backup, verify or drill'),
  }),
  output,
  run: async ({ backup: { settings, ...deps } }, { job }, call) => {
    // Asked for by hand, it runs: only the schedule is off.
    if (!settings.scheduled && call.caller.transport === 'cron') return NOTHING
    if (job !== 'verify' && job !== 'drill') return await backUp(deps, job, call)
    const [newest] = await deps.backups.list({ limit: 1 })
    const can_verify = newest !== undefined && !isSealed(newest, settings)
    if (job === 'drill') return can_verify ? await drill(deps, call) : NOTHING
    return newest === undefined ? NOTHING : await pruneAndVerify(deps, can_verify, call)
  },
})

type Result = Promise<z.output<typeof output>>

/** @throws DenidinError `damaged` when a backup is not in order */
const drill = async (
  { drills }: { readonly drills: Pick<BackupDrills, 'run'> },
  { signal, progress }: Pick<Call, 'signal' | 'progress'>,
): Result => {
  const results = await drills.run({ signal, progress })
  const failed = results.find(({ in_order }) => !in_order)
  if (failed !== undefined) {
    const where = failed.target === undefined ? '' : ` at ${failed.target}`
    throw new DenidinError(
      'damaged',
      `the backup ${failed.backup_id}${where} cannot be relied on: ${failed.problem ?? ''}`,
    )
  }
  const rows = results.map(({ backup_id, target, in_order }) => ({ backup_id, target: target ?? null, in_order }))
  return { ...NOTHING, ran: results.length > 0, drills: rows }
}

interface ScheduledDeps {
  readonly backups: Backups
  readonly targets: BackupTargets
}

const backUp = async (
  { backups, targets }: ScheduledDeps,
  type: 'incremental' | 'full' | 'archive',
  { signal, progress, caller }: Pick<Call, 'signal' | 'progress' | 'caller'>,
): Result => {
  const made = await backups.create(type, [], { signal, progress })
  // A slow target must not delay the next backup.
  const in_background = caller.transport === 'cron'
  if (in_background) targets.copySoon()
  const copies = in_background ? [] : await targets.copy({ signal, progress })
  return { ran: true, backup: rowOf(made), copies: copies.map(resultRow), pruned: null, verification: null, drills: [] }
}

/** Where only the public key of encrypted backups is, nothing can be verified, and `status` says so. */
const isSealed = (newest: ListedBackup, { encryption }: BackupSettings): boolean =>
  encryption.identity_file === undefined && 'encrypted' in newest && newest.encrypted

/**
 * Once a day is enough for deleting what is too old: it reads every manifest.
 * @throws DenidinError `damaged` when the newest backup is not in order: the schedule counts as failing until it is
 */
const pruneAndVerify = async (
  { backups, targets }: ScheduledDeps,
  can_verify: boolean,
  { signal, progress }: Pick<Call, 'signal' | 'progress'>,
): Result => {
  const { deleted, ...counts } = await backups.prune(false)
  const there = await targets.prune(false, { signal })
  const pruned = { deleted: [...deleted], ...counts, targets: there.map(pruneRow) }
  if (!can_verify) return { ...NOTHING, ran: true, pruned }
  const { problems, ...verification } = await backups.verify('latest', { signal, progress })
  if (!verification.in_order) {
    const [problem = ''] = problems
    throw new DenidinError('damaged', `the backup ${verification.backup_id} cannot be relied on: ${problem}`)
  }
  return {
    ran: true,
    backup: null,
    copies: [],
    pruned,
    verification: { ...verification, problems: [...problems] },
    drills: [],
  }
}
