/** `migrate.rollback`: replaces the data with that of a backup, and says which version of DeniDin belongs to it. */
import { z } from 'zod'
import { EVERYONE, operation } from '../operation.ts'
import { referenceField } from '../references.ts'
import { restoreOutput, shownRestore } from '../backup/restore.ts'

export const migrateRollback = operation({
  summary: 'Back up the data, replace it with that of a backup, and name the version that belongs to it',
  access: 'operator',
  effect: 'destroy',
  needs: 'nothing',
  audit: 'changes',
  uses: ['backup.migrations'],
  input: z.strictObject({
    backup_id: referenceField.describe(
      'id of a backup as migrate status or backup list shows it, or its beginning; not latest',
    ),
    backup: z.boolean().default(true).describe('back up the present data first'),
  }),
  output: z.object({
    ...restoreOutput,
    backup_of_present: z.string().nullable().describe('backup of the data before the rollback'),
    denidin_version: z.string().describe('version that the restored data belongs to'),
    release_tag: z.string(),
  }),
  run: async ({ backup: { migrations } }, { backup_id, backup }, { signal, progress }) => {
    const result = await migrations.rollback(backup_id, backup, { signal, progress })
    const { backup_of_present, data_version, ...restored } = result
    const release_tag = `v${data_version}`
    return {
      output: {
        ...shownRestore(restored, false),
        backup_of_present: backup_of_present ?? null,
        denidin_version: data_version,
        release_tag,
        next: `Before you start: git checkout ${release_tag} && npm ci. If you start this version instead, it migrates the data again.`,
      },
      touched: [{ whose: EVERYONE, detail: restored.backup_id }],
    }
  },
})
