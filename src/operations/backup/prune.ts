/** `backup.prune`: deletes expired backups. */
import { z } from 'zod'
import { failedTargets, pruneRow, targetPruneRow } from './target-row.ts'
import { operation } from '../operation.ts'

const count = z.int().min(0)

export const pruneOutput = {
  deleted: z.array(z.string()),
  kept: count,
  objects: count.describe('pieces that no backup needs any more'),
  bytes: count.describe('what they took on the disk'),
}

export const backupPrune = operation({
  summary: 'Delete expired backups, and the pieces that no other backup needs, also at the targets',
  access: 'operator',
  effect: 'write',
  needs: 'nothing',
  audit: 'none',
  uses: ['backup.backups', 'backup.targets'],
  input: z.strictObject({ dry_run: z.boolean().default(false).describe('only say what would be deleted') }),
  output: z.object({ ...pruneOutput, targets: z.array(targetPruneRow) }),
  failure: ({ targets }) => failedTargets(targets),
  run: async ({ backup: { backups, targets } }, { dry_run }, { signal }) => {
    const { deleted, ...counts } = await backups.prune(dry_run)
    const there = await targets.prune(dry_run, { signal })
    return { deleted: [...deleted], ...counts, targets: there.map(pruneRow) }
  },
})
