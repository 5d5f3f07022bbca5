/** Checks every database file as a whole. Those that are derived from others are set aside; the others need a backup. */
import { basename, join } from 'node:path'
import { archiveIndexPath } from '../../archive/archive-files.ts'
import { BackupFolder } from '../../backup/backup-folder.ts'
import type { Settings } from '../../config/settings.ts'
import { databaseFiles } from '../../database/sqlite/database.ts'
import { damageOf } from '../../database/sqlite/integrity.ts'
import { takeOwnership } from '../../database/sqlite/owner-lock.ts'
import type { DoctorCheck, Finding } from '../../platform/checkup.ts'
import { DenidinError } from '../../platform/errors.ts'
import { exists, setAside } from '../../platform/files.ts'
import { backupFolderOf } from '../../config/backup-folder.ts'
import { backupSources } from '../backup/backup-sources.ts'
import { runFolder } from '../run-paths.ts'
import { settingsOf, type DoctorDeps } from './doctor-deps.ts'

interface Damage {
  readonly path: string
  readonly reason: string
}

export const databaseCheck = (deps: DoctorDeps): DoctorCheck => ({
  id: 'databases',
  title: 'databases',
  severity: 'critical',
  detect: async signal => {
    const settings = settingsOf(deps)
    const derived = derivedDatabases(settings)
    const others = backupSources(settings).databases.map(({ path }) => path)
    const damaged = await damages([...others, ...derived], signal)
    return damaged.length === 0
      ? { state: 'ok', detail: 'Every database file is whole.' }
      : await damagedFinding(damaged, derived, settings)
  },
  repair: async signal => {
    const settings = settingsOf(deps)
    const damaged = (await damages(derivedDatabases(settings), signal)).map(({ path }) => path)
    if (damaged.length === 0) throw new DenidinError('damaged', 'only a backup can replace what is damaged')
    using _owner = takeOwnership(runFolder(settings.data_root).lock)
    for (const path of damaged.flatMap(databaseFiles)) {
      if (await exists(path)) await setAside(path, deps.runtime.clock.now())
    }
    return `${damaged.join(', ')} was set aside and is rebuilt at the next start.`
  },
})

/** The full-text indexes: they are rebuilt from the messages and from the archive. */
const derivedDatabases = ({ data_root }: Settings): readonly string[] => [
  join(data_root, 'index.db'),
  archiveIndexPath(join(data_root, 'archive.db')),
]

const damages = async (paths: readonly string[], signal: AbortSignal): Promise<readonly Damage[]> => {
  const found: Damage[] = []
  for (const path of paths) {
    signal.throwIfAborted()
    const reason = damageOf(path)
    if (reason !== undefined) found.push({ path, reason })
  }
  return found
}

const damagedFinding = async (
  damaged: readonly Damage[],
  derived: readonly string[],
  settings: Settings,
): Promise<Finding> => {
  const lost = damaged.filter(({ path }) => !derived.includes(path))
  const detail = `${damaged.map(({ reason }) => reason).join('; ')}.`
  if (lost.length === 0) {
    return { state: 'degraded', detail, remedy: 'The next start sets the file aside and rebuilds it.' }
  }
  const names = lost.map(({ path }) => basename(path)).join(', ')
  const newest = (
    await BackupFolder.at(backupFolderOf(settings))
      .ids()
      .catch(() => [])
  ).at(-1)
  return {
    state: 'down',
    repairable: damaged.length > lost.length,
    detail,
    remedy:
      newest === undefined
        ? `Stop the bot; there is no backup of ${names}. \`sqlite3 <file> .recover\` saves what can be read.`
        : `Stop the bot and put back the backup ${newest}: \`denidin backup restore --backup-id ${newest}\`.`,
  }
}
