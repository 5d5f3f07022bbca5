/** `backup.create`: makes a backup now. */
import { z } from 'zod'
import { EVERYONE, operation } from '../operation.ts'
import { backupRow, countsOf, extraInput, extrasOf, rowOf, typeField } from './backup-row.ts'

export const backupCreate = operation({
  summary: 'Make a backup of all data, also while the bot runs',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'reads',
  uses: ['backup.backups'],
  input: z.strictObject({ type: typeField, ...extraInput }),
  output: z.object({ folder: z.string(), backup: backupRow }),
  run: async ({ backup: { backups } }, { type, ...extras }, { signal, progress }) => {
    const made = await backups.create(type, extrasOf(extras), { signal, progress })
    return {
      output: { folder: backups.folder, backup: rowOf(made) },
      touched: [{ whose: EVERYONE, detail: made.id, counts: countsOf(made) }],
    }
  },
})
