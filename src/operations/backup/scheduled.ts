/** `backup.scheduled`: what the schedule runs, unless `backup.scheduled` is off. */
import { z } from 'zod'
import type { Backups } from '../../backup/backups.ts'
import { DenidinError } from '../../platform/errors.ts'
import { operation, type Call } from '../operation.ts'
import { backupRow, rowOf } from './backup-row.ts'
import { pruneOutput } from './prune.ts'
import { verificationOutput } from './verify.ts'

const output = z.object({
  ran: z.boolean().describe('false: backups are not scheduled, or there is none to verify yet'),
  backup: backupRow.nullable(),
  pruned: z.object(pruneOutput).nullable(),
  verification: z.object(verificationOutput).nullable(),
})

const NOTHING = { ran: false, backup: null, pruned: null, verification: null } as const

export const backupScheduled = operation({
  summary: 'Do what the schedule of backups does: make one, or prune and verify the newest',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['backup.backups', 'backup.settings'],
  input: z.strictObject({
    job: z.enum(['incremental', 'full', 'archive', 'verify']).describe('a type of backup, or verify'),
  }),
  output,
  run: async ({ backup: { backups, settings } }, { job }, call) => {
    // Asked for by hand, it runs: only the schedule is off.
    if (!settings.scheduled && call.caller.transport === 'cron') return NOTHING
    return job === 'verify' ? await pruneAndVerify(backups, call) : await backUp(backups, job, call)
  },
})

type Result = Promise<z.output<typeof output>>

const backUp = async (
  backups: Backups,
  type: 'incremental' | 'full' | 'archive',
  { signal, progress }: Pick<Call, 'signal' | 'progress'>,
): Result => {
  const made = await backups.create(type, [], { signal, progress })
  return { ran: true, backup: rowOf(made), pruned: null, verification: null }
}

/**
 * Once a day is enough for deleting what is too old: it reads every manifest.
 * @throws DenidinError `damaged` when the newest backup is not in order: the schedule counts as failing until it is
 */
const pruneAndVerify = async (backups: Backups, { signal, progress }: Pick<Call, 'signal' | 'progress'>): Result => {
  if ((await backups.list({ limit: 1 })).length === 0) return NOTHING
  const { deleted, ...counts } = await backups.prune(false)
  const { problems, ...verification } = await backups.verify('latest', { signal, progress })
  if (!verification.in_order) {
    const [problem = ''] = problems
    throw new DenidinError('damaged', `the backup ${verification.backup_id} cannot be relied on: ${problem}`)
  }
  return {
    ran: true,
    backup: null,
    pruned: { deleted: [...deleted], ...counts },
    verification: { ...verification, problems: [...problems] },
  }
}
