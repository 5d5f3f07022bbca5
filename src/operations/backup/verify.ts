/** `backup.verify`: verifies a backup by restoring it into a temporary folder. */
import { z } from 'zod'
import { EVERYONE, operation } from '../operation.ts'
import { targetField } from './target-row.ts'
import { backupField } from './backup-row.ts'

const count = z.int().min(0)

export const verificationOutput = {
  backup_id: z.string(),
  verified_at: z.string(),
  in_order: z.boolean(),
  problems: z.array(z.string()),
  objects: count.describe('pieces that were read and compared'),
  bytes: count,
  tables: count,
  rows: count,
  questions: count.describe('messages that recall was asked for by their words'),
  answered: count,
  duration_seconds: z.number(),
}

export const backupVerify = operation({
  summary: 'Restore a backup into a temporary folder, compare all of it with the manifest, and ask recall for messages',
  access: 'operator',
  effect: 'read',
  needs: 'nothing',
  audit: 'reads',
  uses: ['backup.backups', 'backup.targets'],
  input: z.strictObject({
    backup_id: backupField,
    from: targetField.optional().describe('name of a target: verify the backup that is there'),
  }),
  output: z.object({ ...verificationOutput, target: z.string().nullable().describe('where the verified backup is') }),
  failure: ({ in_order, backup_id, target }) => {
    if (in_order) return undefined
    return target === null
      ? `the backup ${backup_id} cannot be relied on; make a new one with \`denidin backup create --type full\``
      : `the backup ${backup_id} at ${target} cannot be relied on; \`denidin backup copy\` repairs it from here`
  },
  run: async ({ backup: { backups, targets } }, { backup_id, from }, { signal, progress }) => {
    const options = { signal, progress }
    const { problems, ...verification } =
      from === undefined ? await backups.verify(backup_id, options) : await targets.verify(from, backup_id, options)
    return {
      output: { ...verification, problems: [...problems], target: from ?? null },
      touched: [{ whose: EVERYONE, detail: verification.backup_id }],
    }
  },
})
