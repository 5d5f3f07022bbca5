/** `backup.restore`: replaces the data with that of a backup. */
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import { EVERYONE, operation } from '../operation.ts'
import { backupField } from './backup-row.ts'

const count = z.int().min(0)

export const backupRestore = operation({
  summary: 'Replace the data with that of a backup; the bot must be stopped, and the old data is put aside',
  access: 'operator',
  effect: 'destroy',
  needs: 'nothing',
  audit: 'changes',
  uses: ['backup.backups'],
  input: z.strictObject({
    backup_id: backupField,
    point_in_time: z
      .string()
      .max(100)
      .optional()
      .describe('instead of an id: the newest backup that was made by then, such as 2026-11-29T14:00:00Z'),
    include_login: z.boolean().default(false).describe('replace the WhatsApp login, too, if the backup has one'),
  }),
  output: z.object({
    backup_id: z.string(),
    created_at: z.string(),
    rows: count,
    bytes: count,
    kept_aside: z.string().nullable().describe('folder of the old data; delete it when all is well'),
    for_operator: z
      .string()
      .nullable()
      .describe('folder with what you put in place yourself, such as the configuration'),
    erasure_log: z.string().describe('what becomes of what was forgotten since the backup'),
    login: z.string(),
  }),
  run: async ({ backup: { backups } }, { backup_id, point_in_time, include_login }, { signal, progress }) => {
    if (point_in_time !== undefined && backup_id !== 'latest') {
      throw new DenidinError('invalid_input', 'give a backup id or a point in time, not both')
    }
    const before = point_in_time === undefined ? undefined : instantOf(point_in_time)
    const restored = await backups.restore({ backup_id, before, include_login }, { signal, progress })
    const { kept_aside, for_operator, erasure_log, restored_login, ...rest } = restored
    return {
      output: {
        ...rest,
        kept_aside: kept_aside ?? null,
        for_operator: for_operator ?? null,
        erasure_log: ERASURE_LOG[erasure_log],
        login: loginOf(include_login, restored_login),
      },
      touched: [{ whose: EVERYONE, detail: restored.backup_id }],
    }
  },
})

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
