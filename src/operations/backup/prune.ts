/** `backup.prune`: deletes expired backups. */
import { z } from 'zod'
import { operation } from '../operation.ts'

const count = z.int().min(0)

export const pruneOutput = {
  deleted: z.array(z.string()),
  kept: count,
  objects: count.describe('pieces that no backup needs any more'),
  bytes: count.describe('what they took on the disk'),
}

export const backupPrune = operation({
  summary: 'Delete expired backups, and the pieces that no other backup needs',
  access: 'operator',
  effect: 'write',
  needs: 'nothing',
  audit: 'none',
  uses: ['backup.backups'],
  input: z.strictObject({ dry_run: z.boolean().default(false).describe('only say what would be deleted') }),
  output: z.object(pruneOutput),
  run: async ({ backup: { backups } }, { dry_run }) => {
    const { deleted, ...counts } = await backups.prune(dry_run)
    return { deleted: [...deleted], ...counts }
  },
})
