/** Answers the requests of the thread of backups. */
import { join } from 'node:path'
import { AgeForms } from '../../backup/age/age-forms.ts'
import { BackupFolder, findBackup } from '../../backup/backup-folder.ts'
import type { BackupDetails, BackupSummary, ListedBackup } from '../../backup/backups.ts'
import { createPoint } from '../../backup/create-point.ts'
import { FolderFiles } from '../../backup/files/folder-files.ts'
import type { BackupSources } from '../../backup/backup-sources.ts'
import { createBackup } from '../../backup/create-backup.ts'
import { isSealed, readBackupId, type Manifest, type StoredManifest } from '../../backup/manifest.ts'
import { restoreBackup } from '../../backup/restore-backup.ts'
import { pruneBackups } from '../../backup/retention.ts'
import { clearStaging, stagedSwap } from '../../backup/swap.ts'
import { Throttle } from '../../backup/throttle.ts'
import { TargetStates } from '../../backup/targets/target-state.ts'
import type { Environment } from '../../config/environment.ts'
import type { Verification } from '../../backup/verification.ts'
import { verifyBackup } from '../../backup/verify-backup.ts'
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Health } from '../../platform/health.ts'
import type { Ids } from '../../platform/ids.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'
import type { Logger } from '../../platform/logger.ts'
import type { RequestHandlers, RequestService } from '../../platform/threads/serve-requests.ts'
import type { BackupRequests, BackupThreadData } from './backup-requests.ts'
import { openTargets } from './open-targets.ts'
import { TargetHandlers } from './target-handlers.ts'
import { workFolderOf } from './work-folder.ts'

export interface BackupHandlersDeps extends BackupThreadData {
  readonly clock: Clock
  /** The environment of this process, for the commands of targets. */
  readonly environment: Environment
  readonly ids: Ids
  readonly logger: Logger
}

/** Backups inside their thread; a test may use them without one. */
export class BackupHandlers implements RequestService<BackupRequests> {
  readonly handlers: RequestHandlers<BackupRequests>
  readonly #deps: BackupHandlersDeps
  readonly #folder: BackupFolder
  /** What writes waits for what else writes, instead of being refused. */
  readonly #writes = new KeyedQueue<'folder'>()

  constructor(deps: BackupHandlersDeps) {
    this.#deps = deps
    const files = new FolderFiles(deps.folder)
    this.#folder = new BackupFolder(files, new AgeForms(deps.encryption))
    const { clock, bytes_per_second, urgent_work } = deps
    const work = workFolderOf(deps.sources.data_root)
    const throttle = new Throttle(clock, bytes_per_second, urgent_work)
    const folder = this.#folder
    /** A request may wait for others: its time goes on. */
    const at = (now: number): Clock => {
      const began = clock.monotonic()
      return { ...clock, now: () => now + Math.floor(clock.monotonic() - began) }
    }
    const one = <T>(act: () => Promise<T>): Promise<T> => this.#writes.run('folder', act)
    const { retention, environment } = deps
    const shared = { folder, throttle, retention, exclusively: one }
    const targets = openTargets(deps.targets, { ...shared, clock, environment })
    const states = new TargetStates(files)
    const copies = new TargetHandlers({ ...shared, targets, states, work_folder: work })
    this.handlers = {
      'backup.create': async ({ now, type, extras, handles }, call) => {
        const time = at(now)
        return await one(async () => {
          const deps = { ...this.#deps, clock: time, folder, throttle, work_folder: join(work, 'create'), handles }
          const made = type === 'point' ? await createPoint(deps, this.#sources([]), call) : 'needs_backup'
          if (made === 'unchanged') return await this.#summary((await folder.ids()).at(-1) ?? '')
          if (made !== 'needs_backup') return await this.#summaryOf(made)
          const whole = type === 'point' ? 'incremental' : type
          return await this.#summaryOf(await createBackup(deps, this.#sources(extras), whole, call))
        })
      },
      'backup.list': async page => await this.#list(page),
      'backup.show': async backup_id =>
        await this.#details(await findBackup(folder, { backup_id, points: false }, deps.clock.now())),
      'backup.verify': async ({ now, backup_id, from }, call) => {
        const [{ KNOWN_MIGRATIONS: known_migrations }, { askRecall }] = await Promise.all([
          import('./known-migrations.ts'),
          import('./recall-check.ts'),
        ])
        const verify = async (folder: BackupFolder, work_folder: string): Promise<Verification> => {
          const deps = { clock: at(now), folder, throttle, work_folder, known_migrations, askRecall }
          return await verifyBackup(deps, backup_id, call)
        }
        if (from !== undefined) return await copies.verify(from, backup_id, call, verify)
        return await one(() => verify(folder, join(work, 'verify')))
      },
      'backup.copy': async ({ target, ...request }, call) => await copies.copy(target, request, call),
      'backup.fetch': async (request, call) => await copies.fetch(request, call),
      'backup.prune_target': async ({ now, target, dry_run }, call) => await copies.prune(target, now, dry_run, call),
      'backup.prune': async ({ now, dry_run }) => await one(() => pruneBackups(folder, deps.retention, now, dry_run)),
      'backup.restore': async ({ now, is_open, ...request }, call) =>
        await one(async () => {
          const { KNOWN_MIGRATIONS: known_migrations } = await import('./known-migrations.ts')
          const { replaced, sources } = deps
          const { data_root } = sources
          return await restoreBackup(
            { clock: at(now), folder, throttle, data_root, is_open, replaced, known_migrations },
            request,
            call,
          )
        }),
      'backup.cancel_restore': async () =>
        await one(async () => {
          const { data_root } = deps.sources
          const staged = await stagedSwap(data_root)
          if (staged !== undefined) await clearStaging(data_root)
          return staged
        }),
    }
  }

  async health(): Promise<Health> {
    return { state: 'ok', detail: 'It answers.' }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Every request closes what it opens.
  }

  #sources(extras: BackupRequests['backup.create']['input']['extras']): BackupSources {
    const { sources, extras: known } = this.#deps
    return { ...sources, folders: [...sources.folders, ...[...new Set(extras)].map(extra => known[extra])] }
  }

  async #list({
    limit,
    before,
    points = false,
  }: BackupRequests['backup.list']['input']): Promise<readonly ListedBackup[]> {
    const ids = (await this.#folder.ids()).filter(
      id => (before === undefined || id < before) && (points || readBackupId(id)?.type !== 'point'),
    )
    return await Promise.all(
      ids
        .toReversed()
        .slice(0, limit)
        .map(async id => {
          try {
            return await this.#summary(id)
          } catch (error) {
            return { id, problem: asDenidinError(error).message }
          }
        }),
    )
  }

  /** A backup whose key is not here is shown without what is encrypted. */
  async #summary(id: string): Promise<BackupSummary> {
    return await this.#summaryOf(await this.#content(await this.#folder.stored(id)))
  }

  async #summaryOf(content: Manifest | Unreadable): Promise<BackupSummary> {
    const { id } = 'sealed' in content ? content.stored : content
    return summaryOf(content, await this.#folder.verification(id))
  }

  async #details(stored: StoredManifest): Promise<BackupDetails> {
    const content = await this.#content(stored)
    const summary = await this.#summaryOf(content)
    if ('sealed' in content) return { ...summary, databases: [], folders: [] }
    return {
      ...summary,
      databases: content.databases.map(({ name, path, bytes, tables }) => ({ name, path, bytes, tables })),
      folders: content.folders.map(({ name, path, files }) => ({
        name,
        path,
        files: files.length,
        bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      })),
    }
  }

  async #content(stored: StoredManifest): Promise<Manifest | Unreadable> {
    try {
      return await this.#folder.open(stored)
    } catch (error) {
      const { code, message } = asDenidinError(error)
      if (code === 'invalid_config' && isSealed(stored)) return { stored, sealed: message }
      throw error
    }
  }
}

/** An encrypted backup whose key is not here. */
interface Unreadable {
  readonly stored: StoredManifest
  /** Why it cannot be read. */
  readonly sealed: string
}

const summaryOf = (content: Manifest | Unreadable, verification: Verification | undefined): BackupSummary => {
  const { id, type, created_at, parent, denidin_version, bytes, new_bytes, key_id } =
    'sealed' in content ? content.stored : content
  return {
    id,
    type,
    created_at,
    parent,
    denidin_version,
    bytes,
    new_bytes,
    messages: 'sealed' in content ? undefined : messagesIn(content),
    encrypted: key_id !== null,
    sealed: 'sealed' in content ? content.sealed : undefined,
    verification,
  }
}

/** Rows of the table `messages`; a restore point does not count the rows of its tables. */
const messagesIn = ({ type, databases }: Manifest): number | undefined => {
  const main = databases.find(({ name }) => name === 'database')
  return type === 'point' ? undefined : (main?.tables.find(({ name }) => name === 'messages')?.rows ?? 0)
}
