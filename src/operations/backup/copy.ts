/** `backup.copy` and `backup.fetch`: copies backups to the targets, and back. */
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import { EVERYONE, operation } from '../operation.ts'
import { backupField } from './backup-row.ts'
import { failedTargets, resultRow, targetField, targetResultRow } from './target-row.ts'

const count = z.int().min(0)

export const backupCopy = operation({
  summary: 'Copy the backups that are missing at the targets, and repair there what a verification found damaged',
  access: 'operator',
  effect: 'write',
  needs: 'nothing',
  audit: 'reads',
  uses: ['backup.targets'],
  input: z.strictObject({
    repair: z
      .boolean()
      .default(false)
      .describe('compare every piece at the targets with the one here, and replace what differs'),
  }),
  output: z.object({ targets: z.array(targetResultRow) }),
  failure: ({ targets }) => failedTargets(targets),
  run: async ({ backup: { targets } }, { repair: repairs }, { signal, progress }) => {
    if (targets.names.length === 0) throw new DenidinError('not_found', 'no target is configured; set backup.targets')
    const results = await targets.copy({ signal, progress, repairs })
    return {
      output: { targets: results.map(resultRow) },
      touched: [{ whose: EVERYONE, detail: targets.names.join(' ') }],
    }
  },
})

export const backupFetch = operation({
  summary: 'Copy a backup from a target into the folder of the backups, with the newest one there',
  access: 'operator',
  effect: 'write',
  needs: 'nothing',
  audit: 'none',
  uses: ['backup.targets', 'backup.backups'],
  input: z.strictObject({ target: targetField.describe('name of a target in backup.targets'), backup_id: backupField }),
  output: z.object({
    folder: z.string(),
    backup_id: z.string(),
    copied: z.array(z.string()).describe('backups that are new in the folder'),
    objects: count,
    bytes: count,
  }),
  run: async ({ backup: { backups, targets } }, request, { signal, progress }) => {
    const { copied, ...fetched } = await targets.fetch(request, { signal, progress })
    return { folder: backups.folder, ...fetched, copied: [...copied] }
  },
})
