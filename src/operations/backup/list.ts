/** `backup.list` and `backup.show`: which backups there are, and what one of them contains. */
import { z } from 'zod'
import { SUCCESS_DAYS } from '../../backup/backup-history.ts'
import type { RestoreState } from '../../backup/backups.ts'
import type { StagedRestore } from '../../backup/swap.ts'
import { operation } from '../operation.ts'
import { pageInput, pageOutput, readPage } from '../paging.ts'
import { statusRow, targetRow } from './target-row.ts'
import { backupField, backupRow, rowOf } from './backup-row.ts'

const count = z.int().min(0)

export const backupList = operation({
  summary: 'List the backups, newest first',
  access: 'operator',
  effect: 'read',
  needs: 'nothing',
  audit: 'none',
  uses: ['backup.backups', 'backup.targets', 'backup.history'],
  input: z.strictObject({
    ...pageInput,
    points: z.boolean().default(false).describe('list the restore points, too, which are made every few minutes'),
  }),
  output: z.object({
    folder: z.string(),
    staged: z
      .object({ backup_id: z.string(), created_at: z.string(), staged_at: z.string() })
      .nullable()
      .describe('the restore that waits for the next start'),
    restore_points: z
      .object({ count, oldest: z.string().nullable(), newest: z.string().nullable() })
      .describe('backups of the pages that change, made every few minutes'),
    success: z
      .object({ days: count, succeeded: count, attempted: count })
      .describe('how many of the backups that were attempted succeeded; the goal is 99.9 %'),
    targets: z.array(targetRow).describe('where backups are copied to'),
    backups: z.array(backupRow),
    ...pageOutput,
  }),
  run: async ({ backup: { backups, targets, history } }, { points, ...input }) => {
    const status = await targets.status()
    const { rows, next } = await readPage(
      input,
      page => backups.list({ ...page, points }),
      ({ id }) => id,
    )
    const { staged } = await backups.restoreState()
    const { count, oldest, newest } = await backups.points()
    return {
      folder: backups.folder,
      staged: stagedOf(staged),
      restore_points: { count, oldest: oldest ?? null, newest: newest ?? null },
      success: await history.success(SUCCESS_DAYS),
      targets: status.map(statusRow),
      backups: rows.map(row => rowOf(row, status)),
      next,
    }
  },
})

const stagedOf = (
  staged: RestoreState['staged'],
): Pick<StagedRestore, 'backup_id' | 'created_at' | 'staged_at'> | null => {
  if (staged === undefined) return null
  const { backup_id, created_at, staged_at } = staged
  return { backup_id, created_at, staged_at }
}

export const backupShow = operation({
  summary: 'Show what a backup contains: files, and rows and digest of every table',
  access: 'operator',
  effect: 'read',
  needs: 'nothing',
  audit: 'none',
  uses: ['backup.backups', 'backup.targets'],
  input: z.strictObject({ backup_id: backupField }),
  output: z.object({
    ...backupRow.shape,
    sealed: z
      .string()
      .nullable()
      .describe('why files and tables cannot be shown: it is encrypted, and its key is not here'),
    problems: z.array(z.string()).describe('what the last verification found'),
    files: z.array(z.object({ name: z.string(), path: z.string(), files: count, bytes: count })),
    tables: z.array(z.object({ database: z.string(), name: z.string(), rows: count, sha256: z.string() })),
  }),
  run: async ({ backup: { backups, targets } }, { backup_id }) => {
    const { databases, folders, ...summary } = await backups.show(backup_id)
    return {
      ...rowOf(summary, await targets.status()),
      sealed: summary.sealed ?? null,
      problems: [...(summary.verification?.problems ?? [])],
      files: [...databases.map(({ name, path, bytes }) => ({ name, path, files: 1, bytes })), ...folders],
      tables: databases.flatMap(({ path, tables }) => tables.map(table => ({ database: path, ...table }))),
    }
  },
})
