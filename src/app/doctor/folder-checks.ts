/** Checks of folders and files: whether they can be written, who can read them, and how full the disk is. */
import { chmod, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Settings } from '../../config/settings.ts'
import type { DoctorCheck, Finding } from '../../platform/checkup.ts'
import { exists, folderBytes, isOpenToOthers, PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE } from '../../platform/files.ts'
import { obstacleAt } from '../../platform/obstacles.ts'
import { backupFolderOf } from '../../config/backup-folder.ts'
import { settingsOf, type Configuration, type DoctorDeps } from './doctor-deps.ts'
import { diskHealth } from './folder-health.ts'

const MEGABYTE = 1_000_000
/** What DeniDin never reads again: copies that were set aside, and the data from before a restore. */
const LEFTOVER = /\.damaged-|^before-restore-|^restored-/

export const folderChecks = (deps: DoctorDeps): readonly DoctorCheck[] => [
  writableCheck('data-folder', 'data folder', 'data_root', deps),
  writableCheck('log-folder', 'log folder', 'logs_dir', deps),
  {
    id: 'disk',
    title: 'disk',
    severity: 'error',
    detect: async () => await diskFinding(settingsOf(deps)),
  },
]

const writableCheck = (id: string, title: string, key: 'data_root' | 'logs_dir', deps: DoctorDeps): DoctorCheck => ({
  id,
  title,
  severity: 'critical',
  detect: async () => {
    const path = settingsOf(deps)[key]
    const obstacle = obstacleAt(path, 'folder')
    if (obstacle === undefined) return { state: 'ok', detail: `${path} can be written.` }
    const repairable = await isOwn(path)
    return {
      state: 'down',
      detail: `${path} ${obstacle}.`,
      repairable,
      remedy: repairable
        ? `Run \`chmod 700 ${path}\`.`
        : `Give the folder to the user who runs DeniDin (\`chown\`), move what is in its place, or set ${key} to another folder.`,
    }
  },
  repair: async () => {
    const path = settingsOf(deps)[key]
    // Permissions of a folder of our own: everything else needs another user, or a decision.
    if (!(await isOwn(path))) return 'Nothing was changed: the folder is not ours to change.'
    await chmod(path, PRIVATE_FOLDER_MODE)
    return `The permissions of ${path} were set to 700.`
  },
})

/** Whether a folder belongs to this user, and its permissions alone keep us out. */
const isOwn = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o700) !== 0o700
}

const diskFinding = async ({ data_root }: Settings): Promise<Finding> => {
  // Before the first start there is no data folder yet.
  const health = await diskHealth((await exists(data_root)) ? data_root : dirname(data_root))
  if (health.state === 'ok') return health
  const names = (await readdir(data_root).catch((): string[] => [])).filter(name => LEFTOVER.test(name))
  const sizes = await Promise.all(names.map(async name => Math.ceil((await bytesOf(join(data_root, name))) / MEGABYTE)))
  const leftovers = names.map((name, at) => `${join(data_root, name)} (${String(sizes[at])} MB)`)
  return {
    ...health,
    remedy: `Make room on this disk, or move data_root.${leftovers.length === 0 ? '' : ` DeniDin no longer needs ${leftovers.join(', ')}.`}`,
  }
}

const bytesOf = async (path: string): Promise<number> => {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true ? found.size : await folderBytes(path)
}

/** Works without a readable configuration: then it looks at the files of the configuration alone. */
export const fileModesCheck = ({ configuration }: Pick<DoctorDeps, 'configuration'>): DoctorCheck => ({
  id: 'file-modes',
  title: 'file permissions',
  severity: 'warning',
  detect: async () => {
    const exposed = await exposedPaths(configuration)
    return exposed.length === 0
      ? { state: 'ok', detail: 'Only the owner can read the data, the log and the secrets.' }
      : {
          state: 'degraded',
          detail: `Other users of this machine can read ${exposed.map(({ path }) => path).join(', ')}.`,
          remedy: exposed.map(({ path, mode }) => `Run \`chmod ${mode.toString(8)} ${path}\`.`).join(' '),
        }
  },
  repair: async () => {
    const exposed = await exposedPaths(configuration)
    for (const { path, mode } of exposed) await chmod(path, mode)
    return `The permissions of ${exposed.map(({ path }) => path).join(', ')} were corrected.`
  },
})

interface ExposedPath {
  readonly path: string
  /** The permissions that it should have. */
  readonly mode: number
}

/** The folders and files that others can read. Files in a closed folder are closed with it. */
const exposedPaths = async ({ files, loaded }: Configuration): Promise<readonly ExposedPath[]> => {
  const { file, envFile } = files
  // Without a secret in it, the configuration may be read by anyone.
  const secrets = loaded?.warnings.some(line => line.startsWith(`${file} may contain secrets`)) === true ? [file] : []
  const folders =
    loaded === undefined ? [] : [loaded.settings.data_root, loaded.settings.logs_dir, backupFolderOf(loaded.settings)]
  const paths = [...secrets, envFile, ...folders]
  const found = await Promise.all(
    paths.map(async path => {
      const entry = await stat(path).catch(() => undefined)
      if (entry === undefined || !isOpenToOthers(entry.mode, entry.gid)) return []
      return [{ path, mode: entry.isDirectory() ? PRIVATE_FOLDER_MODE : PRIVATE_FILE_MODE }]
    }),
  )
  return found.flat()
}
