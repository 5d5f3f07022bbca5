/** `backup.restore`: replaces the data with that of a backup, at once or at the next start. */
import { z } from 'zod'
import { leftSentence } from '../../backup/backup-health.ts'
import type { Backups } from '../../backup/backups.ts'
import type { RestoreResult } from '../../backup/restore-backup.ts'
import { DenidinError } from '../../platform/errors.ts'
import { EVERYONE, operation } from '../operation.ts'
import { targetField } from './target-row.ts'
import { backupField } from './backup-row.ts'

const count = z.int().min(0)
const text = z.string().nullable()

/** What a restore answers. */
export const restoreOutput = {
  outcome: z
    .enum(['restored', 'staged', 'cancelled'])
    .describe('staged: the bot is running, and its next start replaces the data'),
  backup_id: z.string(),
  created_at: z.string().describe('the moment whose state the backup has'),
  rows: count.nullable(),
  bytes: count.nullable(),
  kept_aside: text.describe('folder of the old data; delete it when all is well'),
  messages_left: count.nullable().describe('messages that only the old data has, as of now; null: not known'),
  left_from: text.describe('time of the first of them'),
  left_to: text.describe('time of the last of them'),
  for_operator: text.describe('folder with what you put in place yourself, such as the configuration'),
  erasure_log: text.describe('what becomes of what was forgotten since the backup'),
  login: text,
  next: z.string().describe('what happens next, or what is left to do'),
}

const output = z.object(restoreOutput)

export const backupRestore = operation({
  summary: 'Replace the data with that of a backup, at the next start if the bot is running; the old data is put aside',
  access: 'operator',
  effect: 'destroy',
  needs: 'nothing',
  audit: 'changes',
  uses: ['backup.backups', 'backup.targets'],
  input: z.strictObject({
    backup_id: backupField,
    point_in_time: z
      .string()
      .max(100)
      .optional()
      .describe('instead of an id: the newest backup that was made by then, such as 2026-11-29T14:00:00Z'),
    from: targetField.optional().describe('name of a target: first copy the backup from there'),
    include_login: z.boolean().default(false).describe('replace the WhatsApp login, too, if the backup has one'),
    cancel: z.boolean().default(false).describe('drop the restore that waits for the next start'),
  }),
  output,
  // Dropping a restore changes nothing in the data.
  confirm: ({ cancel }) => !cancel,
  run: async ({ backup }, { backup_id, point_in_time, from, include_login, cancel }, { signal, progress }) => {
    const { backups, targets } = backup
    if (point_in_time !== undefined && backup_id !== 'latest') {
      throw new DenidinError('invalid_input', 'give a backup id or a point in time, not both')
    }
    if (cancel) return { output: await dropped(backups), touched: [] }
    const before = point_in_time === undefined ? undefined : instantOf(point_in_time)
    const options = { signal, progress }
    const fetched = from === undefined ? undefined : await targets.fetch({ target: from, backup_id, before }, options)
    const chosen = fetched === undefined ? { backup_id, before } : { backup_id: fetched.backup_id }
    const restored = await backups.restore({ ...chosen, include_login }, options)
    return {
      output: shownRestore(restored, include_login),
      touched: [{ whose: EVERYONE, detail: restored.backup_id }],
    }
  },
})

type Output = z.output<typeof output>

/** @param include_login whether the login was to be restored */
export const shownRestore = (result: RestoreResult, include_login: boolean): Output => {
  const { kept_aside, for_operator, erasure_log, restored_login, left, ...rest } = result
  return {
    ...rest,
    kept_aside: kept_aside ?? null,
    messages_left: left?.messages ?? null,
    left_from: left?.from ?? null,
    left_to: left?.to ?? null,
    for_operator: for_operator ?? null,
    erasure_log: ERASURE_LOG[erasure_log],
    login: loginOf(include_login, restored_login),
    next: nextOf(result),
  }
}

const nextOf = ({ outcome, kept_aside, left }: RestoreResult): string => {
  if (outcome === 'restored') {
    const aside = kept_aside === undefined ? 'There was no old data.' : leftSentence(left, kept_aside)
    return `Start the bot. ${aside}`
  }
  const lacking =
    left === undefined || left.messages === 0
      ? ''
      : ` Of the present messages, the backup lacks ${String(left.messages)}; they and all that come until the restart stay in the old data, which is put aside.`
  return `Restart the bot: its next start replaces the data.${lacking} "denidin backup restore --cancel" drops the restore.`
}

/** @throws DenidinError `not_found` */
const dropped = async (backups: Backups): Promise<Output> => {
  const staged = await backups.cancelRestore()
  if (staged === undefined) throw new DenidinError('not_found', 'no restore is staged')
  return {
    outcome: 'cancelled',
    backup_id: staged.backup_id,
    created_at: staged.created_at,
    rows: null,
    bytes: null,
    kept_aside: null,
    messages_left: null,
    left_from: null,
    left_to: null,
    for_operator: null,
    erasure_log: null,
    login: null,
    next: 'The restore is dropped, and the data stays as it is.',
  }
}

const ERASURE_LOG = {
  kept: 'The erasure log stayed: what was forgotten since the backup is forgotten again at the next start.',
  from_backup:
    'There was no erasure log, or an older one: that of the newest backup was restored. What was forgotten after that backup is not known.',
  from_backup_damaged:
    'The erasure log cannot be read and was put aside: that of the newest backup was restored. What was forgotten after that backup is not known.',
  none: 'There is no erasure log, here or in a backup.',
} as const

const loginOf = (wanted: boolean, restored: boolean): string => {
  if (restored)
    return 'The WhatsApp login was restored. If WhatsApp has ended it meanwhile, the next start shows a code.'
  return wanted ? 'The backup has no WhatsApp login.' : 'The WhatsApp login was not touched.'
}

/** @throws DenidinError `invalid_input` */
const instantOf = (text: string): number => {
  const parsed = z.iso.datetime({ offset: true }).safeParse(text.trim())
  const at = Date.parse(text.trim())
  if (parsed.success && Number.isFinite(at)) return at
  throw new DenidinError(
    'invalid_input',
    `the point in time must be a date, time and zone such as 2026-11-29T14:00:00Z or 2026-11-29T16:00:00+02:00, not "${text}"`,
  )
}
