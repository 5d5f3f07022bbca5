/** Opens the backups for a single command, and nothing of the data: it may be missing or damaged. */
import { finishRestore } from '../../backup/swap.ts'
import type { Settings } from '../../config/settings.ts'
import { takeOwnership } from '../../database/sqlite/owner-lock.ts'
import { backupCopy, backupFetch } from '../../operations/backup/copy.ts'
import { backupKeyCreate } from '../../operations/backup/key.ts'
import { backupList, backupShow } from '../../operations/backup/list.ts'
import { backupPrune } from '../../operations/backup/prune.ts'
import { backupRestore } from '../../operations/backup/restore.ts'
import { backupVerify } from '../../operations/backup/verify.ts'
import { migrateRollback } from '../../operations/migrate/rollback.ts'
import { migrateStatus } from '../../operations/migrate/status.ts'
import { localClient, type OperationsClient } from '../../operations/client.ts'
import { createRunner } from '../../operations/runner.ts'
import { createAuditFile } from '../../platform/audit-file.ts'
import { systemClock } from '../../platform/clock.ts'
import { createWinstonLogger } from '../../platform/winston-logger.ts'
import { runFolder } from '../run-paths.ts'
import { surroundings } from '../runtime.ts'
import { createMigrations, settleMigrations } from './migrations.ts'
import { backupContext, createBackups } from './backups.ts'

const operations = {
  'backup.copy': backupCopy,
  'backup.fetch': backupFetch,
  'backup.key_create': backupKeyCreate,
  'backup.list': backupList,
  'backup.prune': backupPrune,
  'backup.restore': backupRestore,
  'backup.show': backupShow,
  'backup.verify': backupVerify,
  'migrate.rollback': migrateRollback,
  'migrate.status': migrateStatus,
}

/**
 * Owns the data folder, so that no bot starts meanwhile, until the client is disposed of.
 * @throws DenidinError `already_running`
 */
export const openBackups = async (settings: Settings, version: string): Promise<OperationsClient> => {
  await using cleanup = new AsyncDisposableStack()
  cleanup.use(takeOwnership(runFolder(settings.data_root).lock))
  const logger = createWinstonLogger({ ...settings, console: false }, systemClock)
  cleanup.defer(() => logger.close())
  // A staged restore stays: this command may be the one that cancels it.
  await finishRestore(settings.data_root)
  await settleMigrations(settings.data_root, logger.for('backup'), () => undefined)
  const runtime = surroundings(settings, logger)
  const audit = createAuditFile(settings.logs_dir, 'memory_audit', runtime.clock, trouble => {
    logger.for('audit').error(trouble)
  })
  cleanup.defer(() => audit.close())
  const backups = createBackups({ settings, version, runtime, copied: () => undefined, is_open: false })
  cleanup.defer(async () => backups.module.stop?.())
  const { clock } = runtime
  const migrations = createMigrations({ settings, version, clock, backups })
  const runner = createRunner({
    operations,
    context: { backup: { ...backupContext(backups), migrations, settings: settings.backup } },
    running: () => false,
    exclusive: (_scope, act) => act(),
    audit,
    clock: runtime.clock,
    logger,
    metrics: runtime.metrics,
  })
  const kept = cleanup.move()
  return localClient(runner, () => kept.disposeAsync())
}
