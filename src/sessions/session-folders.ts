/** The folders of sessions on disk: reads, writes, archives and removes them. */
import { readdir, rename } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { BackupSource } from '../lifecycle/module.ts'
import { isoDay } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import { exists, makePrivateFolder, remove, setAside, writeFileAtomic, readOwnText } from '../platform/files.ts'
import type { Health, HealthCheck } from '../platform/health.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'

const FILE = 'session.json'
/** Name of the archive below the sessions folder. */
export const ARCHIVE = 'expired'
/** The folder for session folders that the database does not know, below the sessions folder. */
export const UNKNOWN = 'unknown'

/** The content to write for a session. */
export interface SessionFile {
  readonly text: string
  /** Its archive, relative to the sessions folder, once it has been archived. */
  readonly archived_to?: string | undefined
}

/**
 * The folders of sessions on disk: `<id>/session.json` while running, `expired/YYYY-MM-DD/<id>/` afterwards. Changes to
 * one session's folder run one after the other. The content of a file is read when its turn comes, so that content read
 * before an erasure is never written after it.
 */
export class SessionFolders implements HealthCheck {
  readonly name = 'sessions'
  readonly backupSources: readonly BackupSource[]
  readonly #root: string
  /** Pending changes to the folders, by session. */
  readonly #changes = new KeyedQueue<string>()
  /** Why the last change of each kind failed; `undefined`: it succeeded. */
  readonly #outcomes = new Map<'saved' | 'archived', string | undefined>()

  /** @param root the sessions folder, such as `data/sessions` */
  constructor(root: string) {
    this.#root = root
    // Windows can be rebuilt from the messages; archived sessions and unknown fields of files cannot.
    this.backupSources = [{ name: 'sessions', path: root, kind: 'folder', content: 'truth' }]
  }

  /** Whether any session has a file, running or archived; files that were set aside as unknown do not count. */
  async holdAny(): Promise<boolean> {
    const entries = await readdir(this.#root, { recursive: true }).catch((): string[] => [])
    return entries.some(path => basename(path) === FILE && !path.startsWith(`${UNKNOWN}${sep}`))
  }

  /** The text of a running session's file; `undefined` if there is none. */
  async read(session_id: string): Promise<string | undefined> {
    return await readOwnText(this.#file(session_id)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
  }

  /**
   * Writes a session's file whole or not at all.
   * @param content reads the content; `undefined` if there is nothing to write any more
   */
  async write(session_id: string, content: () => Promise<SessionFile | undefined>): Promise<void> {
    await this.#note('saved', session_id, async () => {
      const file = await content()
      if (file === undefined) return
      const { text, archived_to } = file
      await writeFileAtomic(
        archived_to === undefined ? this.#file(session_id) : join(this.#root, archived_to, FILE),
        text,
      )
    })
  }

  /** Changes a session's folder, and remembers the outcome. */
  async #note(kind: 'saved' | 'archived', session_id: string, act: () => Promise<void>): Promise<void> {
    try {
      await this.#changes.run(session_id, act)
      this.#outcomes.set(kind, undefined)
    } catch (error) {
      this.#outcomes.set(kind, asDenidinError(error).message)
      throw error
    }
  }

  async health(): Promise<Health> {
    if (this.#outcomes.size === 0) return { state: 'unknown', detail: 'No session was saved since the start.' }
    const [saving, archiving] = [this.#outcomes.get('saved'), this.#outcomes.get('archived')]
    if (archiving !== undefined) {
      const detail = `Ended sessions cannot be moved to their archive, and wait: ${archiving}.`
      return { state: 'degraded', detail }
    }
    if (saving !== undefined) {
      const detail = `The files of sessions cannot be written: ${saving}. They are rebuilt from the messages, which are kept.`
      return { state: 'degraded', detail }
    }
    return { state: 'ok', detail: 'The files of sessions can be written.' }
  }

  /** Renames a damaged file. @returns its new path */
  async setAside(session_id: string, at: number): Promise<string> {
    return await setAside(this.#file(session_id), at)
  }

  /** The archive folder of a session that was last active at `last_active`, relative to the sessions folder. */
  archivePath(session_id: string, last_active: number): string {
    return join(ARCHIVE, isoDay(last_active), session_id)
  }

  /** Moves a session's folder into the archive. Safe to repeat, and after a crash in between. */
  async archive(session_id: string, archived_to: string): Promise<void> {
    const [from, to] = [join(this.#root, session_id), join(this.#root, archived_to)]
    await this.#note('archived', session_id, async () => {
      await makePrivateFolder(dirname(to))
      if (await exists(from)) {
        if (await exists(to)) await remove(to)
        await rename(from, to)
      }
    })
  }

  /** Removes an archived session, and the folder of its day if that is empty now. */
  async purge(archived_to: string): Promise<void> {
    await this.#changes.run(basename(archived_to), () => this.#removeArchive(archived_to))
  }

  async #removeArchive(archived_to: string): Promise<void> {
    const folder = join(this.#root, archived_to)
    await remove(folder)
    const day = dirname(folder)
    if ((await readdir(day).catch(() => ['unknown'])).length === 0) await remove(day)
  }

  /**
   * Removes all files of a session.
   * @param locate reads the path of its archive, which may change until this task's turn comes
   */
  async erase(session_id: string, locate: () => Promise<string | undefined>): Promise<void> {
    await this.#changes.run(session_id, async () => {
      const archived_to = await locate()
      await remove(join(this.#root, session_id))
      if (archived_to !== undefined) await this.#removeArchive(archived_to)
    })
  }

  /** Removes damaged and unfinished copies, because their content is unknown. */
  async eraseSetAside(session_id: string, archived_to: string | undefined): Promise<void> {
    const folder = archived_to === undefined ? join(this.#root, session_id) : join(this.#root, archived_to)
    await this.#changes.run(session_id, async () => {
      for (const name of await readdir(folder).catch(() => [])) {
        if (name.startsWith(`${FILE}.`)) await remove(join(folder, name))
      }
    })
  }

  /** The texts of all files of a session, damaged copies included. */
  async texts(session_id: string, archived_to: string | undefined): Promise<readonly string[]> {
    const folders = [session_id, ...(archived_to === undefined ? [] : [archived_to])].map(each =>
      join(this.#root, each),
    )
    return (await Promise.all(folders.map(textsIn))).flat()
  }

  #file(session_id: string): string {
    return join(this.#root, session_id, FILE)
  }
}

/** A file is written by renaming a new one into place: the folder is read again if a listed file has disappeared. */
const READ_ATTEMPTS = 5

const textsIn = async (folder: string): Promise<readonly string[]> => {
  for (let attempt = 1; ; attempt++) {
    const names = await readdir(folder).catch(() => [])
    try {
      return await Promise.all(names.map(name => readOwnText(join(folder, name))))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === READ_ATTEMPTS) throw error
    }
  }
}
