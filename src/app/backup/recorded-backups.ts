/** Writes down how backups and verifications ended. */
import type { BackupHistory, HistoryEntry } from '../../backup/backup-history.ts'
import type { BackupOptions, Backups } from '../../backup/backups.ts'
import { asDenidinError, type ErrorCode } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'

/** The caller asked for something impossible, or called it off: it says nothing about the backups. */
const NOT_RECORDED: ReadonlySet<ErrorCode> = new Set(['stopping', 'already_running', 'not_found', 'invalid_input'])

/** Restore points are not recorded: there are many, and they have a health of their own. */
export const recordedBackups = (
  { create, verify }: Pick<Backups, 'create' | 'verify'>,
  history: Pick<BackupHistory, 'add'>,
  logger: Logger,
): Pick<Backups, 'create' | 'verify'> => {
  const log = logger.for('backup')
  const add = async (entry: Omit<HistoryEntry, 'at' | 'target'>): Promise<void> => {
    await history.add({ target: null, ...entry }).catch((error: unknown) => {
      log.warn('The result of a backup could not be written down', { reason: asDenidinError(error).message })
    })
  }
  const recorded = async <T>(act: 'create' | 'verify', options: BackupOptions | undefined, work: Promise<T>) => {
    try {
      return await work
    } catch (error) {
      const { code, message } = asDenidinError(error)
      const counts = options?.signal?.aborted !== true && !NOT_RECORDED.has(code)
      if (counts) await add({ act, ok: false, backup_id: null, problem: message })
      throw error
    }
  }
  return {
    create: async (type, extras, options) => {
      if (type === 'point') return await create(type, extras, options)
      const made = await recorded('create', options, create(type, extras, options))
      await add({ act: 'create', ok: true, backup_id: made.id, problem: null })
      return made
    },
    verify: async (backup_id, options) => {
      const result = await recorded('verify', options, verify(backup_id, options))
      const [problem = null] = result.problems
      await add({ act: 'verify', ok: result.in_order, backup_id: result.backup_id, problem })
      return result
    },
  }
}
