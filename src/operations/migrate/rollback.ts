/** `migrate.rollback`: replaces the data with that of a backup, and says which version of DeniDin belongs to it. */
import { z } from 'zod'
import type { RollbackResult } from '../../backup/migrations.ts'
import { EVERYONE, operation } from '../operation.ts'
import { referenceField } from '../references.ts'
import { restoreOutput, shownRestore } from '../backup/restore.ts'

export const migrateRollback = operation({
  summary:
    'Back up the data, replace it with that of a backup (if the bot is running, at the next start of the version that belongs to it), and name that version',
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
    commit: z.string().nullable().describe('commit of that version; null: not known'),
    release_tag: z.string().nullable().describe('tag of that version; null: the working copy has none'),
  }),
  run: async ({ backup: { migrations } }, { backup_id, backup }, { signal, progress }) => {
    const result = await migrations.rollback(backup_id, backup, { signal, progress })
    const { backup_of_present, data_version, data_commit, release_tag, ...restored } = result
    return {
      output: {
        ...shownRestore(restored, false),
        backup_of_present: backup_of_present ?? null,
        denidin_version: data_version,
        commit: data_commit,
        release_tag,
        next: result.outcome === 'staged' ? stagedNext(result) : restoredNext(result),
      },
      touched: [{ whose: EVERYONE, detail: restored.backup_id }],
    }
  },
})

const restoredNext = (result: RollbackResult): string =>
  result.is_older
    ? `Before you start: ${checkoutOf(result)}. If you start this version instead, it migrates the data again.`
    : 'Start the bot: this version reads the data as it is.'

const stagedNext = (result: RollbackResult): string =>
  [
    result.is_older
      ? `Stop the bot, then ${checkoutOf(result)}, and start it: that start replaces the data. Until then, and while a version runs that would migrate the data again, the present data stays.`
      : 'Restart the bot: that start replaces the data, and until then the present data stays. This version reads the data as it is.',
    '"denidin backup restore --cancel" drops the rollback.',
  ].join(' ')

/** How the operator gets the program that belongs to the data. Between releases, only the commit is exact. */
const checkoutOf = ({ data_version, data_commit, release_tag }: RollbackResult): string => {
  const revision = data_commit ?? release_tag
  return revision === null
    ? `check out the commit of version ${data_version} that ran before (git reflog lists where you were)`
    : `git checkout ${revision}`
}
