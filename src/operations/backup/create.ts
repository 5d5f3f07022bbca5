/** `backup.create`: makes a backup now. */
import { z } from 'zod'
import { EVERYONE, operation } from '../operation.ts'
import { failedTargets, resultRow, targetResultRow } from './target-row.ts'
import { backupRow, countsOf, extraInput, extrasOf, rowOf, typeField } from './backup-row.ts'

export const backupCreate = operation({
  summary: 'Make a backup of all data, also while the bot runs',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'reads',
  uses: ['backup.backups', 'backup.targets'],
  input: z.strictObject({ type: typeField, ...extraInput }),
  output: z.object({ folder: z.string(), backup: backupRow, targets: z.array(targetResultRow) }),
  failure: ({ backup, targets }) => {
    const failed = failedTargets(targets)
    return failed === undefined ? undefined : `the backup ${backup.id} is complete, but ${failed}`
  },
  run: async ({ backup: { backups, targets } }, { type, ...extras }, { signal, progress }) => {
    const made = await backups.create(type, extrasOf(extras), { signal, progress })
    const results = await targets.copy({ signal, progress })
    // In the bot, what failed is tried again.
    if (results.some(({ state }) => state === 'failed')) targets.copySoon()
    return {
      output: { folder: backups.folder, backup: rowOf(made), targets: results.map(resultRow) },
      touched: [{ whose: EVERYONE, detail: made.id, counts: countsOf(made) }],
    }
  },
})
