/** A backup as operations show it. */
import { z } from 'zod'
import type { BackupExtra, BackupSummary, ListedBackup } from '../../backup/backups.ts'
import { BACKUP_TYPES } from '../../backup/manifest.ts'
import type { TargetStatus } from '../../backup/targets/targets.ts'
import type { Verification } from '../../backup/verification.ts'
import { referenceField } from '../references.ts'

const count = z.int().min(0)

export const VERIFICATION_STATES = ['in_order', 'failed', 'not_verified'] as const

/** Which backup is meant. */
export const backupField = referenceField
  .default('latest')
  .describe('id of a backup as backup list shows it, the beginning of one, or latest')

export const typeField = z
  .enum(BACKUP_TYPES)
  .default('incremental')
  .describe(
    'all restore the same; full reads again what earlier backups stored, archive does too and is kept longer, point stores only the pages that have changed',
  )

/** Input fields for what a backup contains besides the data. */
export const extraInput = {
  include_exports: z.boolean().default(false).describe('include the exports that people asked for'),
  include_logs: z.boolean().default(false).describe('include the logs'),
  include_login: z
    .boolean()
    .default(false)
    .describe('include the WhatsApp login; whoever has the backup can then open the account'),
}

export const extrasOf = (input: {
  readonly [K in keyof typeof extraInput]: boolean
}): readonly BackupExtra[] => [
  ...(input.include_exports ? (['exports'] as const) : []),
  ...(input.include_logs ? (['logs'] as const) : []),
  ...(input.include_login ? (['login'] as const) : []),
]

export const backupRow = z.object({
  id: z.string(),
  type: z.enum(BACKUP_TYPES).nullable(),
  created_at: z.string().nullable(),
  bytes: count.nullable().describe('size of what it restores'),
  new_bytes: count.nullable().describe('what it takes on the disk in addition to those before it'),
  messages: count.nullable(),
  verified: z.enum(VERIFICATION_STATES),
  verified_at: z.string().nullable(),
  targets: z.string().nullable().describe('names of the targets that have it'),
  parent: z.string().nullable().describe('the backup before it; it is not needed for a restore'),
  denidin_version: z.string().nullable(),
  encrypted: z.boolean().nullable().describe('null: it cannot be read'),
  problem: z.string().nullable().describe('why it cannot be relied on'),
})

export const rowOf = (backup: ListedBackup, status: readonly TargetStatus[] = []): z.output<typeof backupRow> => {
  const having = status.filter(({ backups }) => backups.includes(backup.id)).map(({ target }) => target)
  const targets = having.length === 0 ? null : having.join(', ')
  if ('problem' in backup) {
    const unknown = { type: null, created_at: null, bytes: null, new_bytes: null, messages: null }
    const { id, problem } = backup
    return {
      id,
      ...unknown,
      verified: 'failed',
      verified_at: null,
      targets,
      parent: null,
      denidin_version: null,
      encrypted: null,
      problem,
    }
  }
  const { verification, sealed: _sealed, ...summary } = backup
  return {
    ...summary,
    verified: stateOf(verification),
    verified_at: verification?.verified_at ?? null,
    messages: summary.messages ?? null,
    targets,
    problem: verification?.problems[0] ?? null,
  }
}

const stateOf = (verification: Verification | undefined): (typeof VERIFICATION_STATES)[number] =>
  verification === undefined ? 'not_verified' : verification.in_order ? 'in_order' : 'failed'

/** What an audit line says of a backup. */
export const countsOf = ({ messages }: Pick<BackupSummary, 'messages'>): Readonly<Record<string, number>> => ({
  ...(messages === undefined ? {} : { messages }),
})
