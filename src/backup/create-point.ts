/**
 * Makes a restore point: the pieces of the newest backup, and the pages of the databases that have changed since. It is
 * complete, as every backup is, but costs no copy of the databases and little space.
 */
import { createHash } from 'node:crypto'
import { relative, sep } from 'node:path'
import { sha256Of } from '../platform/checksums.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { BackupFolder } from './backup-folder.ts'
import type { BackupSources, WorkCall } from './backup-sources.ts'
import { completeBackup } from './complete-backup.ts'
import { currentForm, requireData, type CreateDeps } from './create-backup.ts'
import { requireRoom } from './disk-room.ts'
import {
  isSealed,
  readBackupId,
  type Manifest,
  type Patch,
  type StoredDatabase,
  type StoredFile,
  type StoredFolder,
  type StoredManifest,
} from './manifest.ts'
import { CHUNK_BYTES, PieceWriter, type KnownFiles } from './piece-writer.ts'
import { PageImage, TooLargeLog } from './sqlite/page-image.ts'
import { holdsDatabase } from './sqlite/snapshots.ts'
import type { StorageForm } from './storage-form.ts'

/** Room that a restore point may need, unless very much has changed. */
const ROOM_BYTES = 16 * 2 ** 20

export interface CreatePointDeps extends Omit<CreateDeps, 'work_folder'> {
  /** Handles of the databases, by their paths; see `DatabaseFiles`. */
  readonly handles: Readonly<Record<string, number>>
}

/**
 * - A manifest: the new restore point.
 * - `unchanged`: the newest backup contains everything already.
 * - `needs_backup`: there is no backup to add to, or too much has changed: a complete one has to be made.
 */
export type PointOutcome = Manifest | 'unchanged' | 'needs_backup'

/**
 * @throws DenidinError `unavailable` (disk full, folder cannot be written), `damaged` (a database), `not_found` (no
 *   data), `already_running`; the reason of the signal
 */
export const createPoint = async (
  deps: CreatePointDeps,
  sources: BackupSources,
  call: WorkCall,
): Promise<PointOutcome> => {
  using _lock = deps.folder.lock()
  const ids = await deps.folder.ids()
  const parent = ids.at(-1)
  const form = await currentForm(deps.folder, sources)
  const base = await newestWhole(deps.folder, ids, form)
  if (base === undefined || parent === undefined) return 'needs_backup'
  const newest = await readable(() => deps.folder.read(parent))
  const earlier = isOf(form, base) ? { base, newest: isOf(form, newest) ? newest : base } : undefined
  try {
    return await new PointWriter(deps, sources, { parent, form, earlier }, call).write()
  } catch (error) {
    if (error instanceof TooLargeLog) return 'needs_backup'
    throw error
  }
}

/**
 * The newest backup that is no restore point; `undefined` if there is none, or if its pieces cannot be used because it
 * is stored in another form.
 */
const newestWhole = async (
  folder: BackupFolder,
  ids: readonly string[],
  form: StorageForm,
): Promise<StoredManifest | undefined> => {
  for (const id of ids.toReversed()) {
    if (readBackupId(id)?.type === 'point') continue
    const stored = await readable(() => folder.stored(id))
    if (stored === undefined) continue
    if (stored.key_id !== (form.key?.key_id ?? null)) return undefined
    const found = form.can_open ? await readable(() => folder.open(stored)) : stored
    if (found === undefined) continue
    return !form.can_open || isOf(form, found) ? found : undefined
  }
  return undefined
}

/** Whether a manifest can be read, and new pieces fit its pieces. */
const isOf = (form: StorageForm, stored: StoredManifest | undefined): stored is Manifest =>
  stored !== undefined &&
  !isSealed(stored) &&
  stored.chunk_bytes === CHUNK_BYTES &&
  stored.key_id === (form.key?.key_id ?? null) &&
  stored.encryption?.naming_key === form.key?.naming_key

/** What `read` returns; `undefined` if it is damaged or cannot be decrypted. */
const readable = async <T>(read: () => Promise<T>): Promise<T | undefined> =>
  await read().catch((error: unknown) => {
    if (['damaged', 'invalid_config'].includes(asDenidinError(error).code)) return undefined
    throw error
  })

interface Earlier {
  /** The complete backup whose pieces are used. */
  readonly base: Manifest
  /** The newest backup, whose patches are used again. */
  readonly newest: Manifest
}

interface WantedPoint {
  readonly parent: string
  /** How the objects of the earlier backups and of the restore point are stored. */
  readonly form: StorageForm
  /** `undefined`: earlier backups cannot be read here, so changed pieces are stored whole. */
  readonly earlier: Earlier | undefined
}

/** What earlier backups have of a piece. */
interface EarlierPiece {
  /** Its object in the complete backup. */
  readonly base: string | undefined
  /** Its object in the newest backup, and the pages that differ from it there. */
  readonly known: string | undefined
  readonly patch: Patch | undefined
}

class PointWriter {
  readonly #deps: CreatePointDeps
  readonly #sources: BackupSources
  readonly #wanted: WantedPoint
  readonly #call: WorkCall
  readonly #pieces: PieceWriter

  constructor(deps: CreatePointDeps, sources: BackupSources, wanted: WantedPoint, call: WorkCall) {
    this.#deps = deps
    this.#sources = sources
    this.#wanted = wanted
    this.#call = call
    const { folder, throttle } = deps
    const { form } = wanted
    this.#pieces = new PieceWriter({ objects: folder.objects, form, throttle, call, rereads: false })
  }

  async write(): Promise<Manifest | 'unchanged'> {
    const { folder, clock } = this.#deps
    const { parent, form, earlier } = this.#wanted
    await requireRoom(folder.path, ROOM_BYTES, 'a restore point')
    const created_at = clock.now()
    const databases = await this.#storeDatabases()
    const folders: StoredFolder[] = []
    for (const source of this.#sources.folders.filter(({ restored }) => restored === 'in_place')) {
      folders.push(await this.#pieces.storeFolder(source, knownFiles(earlier?.newest, source.name)))
    }
    for (const each of this.#sources.texts) folders.push(await this.#pieces.storeText(each))
    if (earlier !== undefined && contentOf({ databases, folders }) === contentOf(earlier.newest)) return 'unchanged'
    return await completeBackup(
      { ...this.#deps, sources: this.#sources, pieces: this.#pieces, call: this.#call },
      { type: 'point', parent, created_at, form, databases, folders },
    )
  }

  async #storeDatabases(): Promise<StoredDatabase[]> {
    const present = this.#sources.databases.filter(({ path }) => holdsDatabase(path))
    requireData(present, this.#sources)
    const images = PageImage.take(present.map(({ path }) => ({ path, handle: this.#deps.handles[path] ?? -1 })))
    try {
      this.#pieces.total_bytes = images.reduce((sum, { bytes }) => sum + bytes, 0)
      const databases: StoredDatabase[] = []
      for (const [at, { name, path, content }] of present.entries()) {
        const image = images[at]
        if (image === undefined) continue
        const below = relative(this.#sources.data_root, path).split(sep).join('/')
        const stored = await this.#storePages(image, name)
        databases.push({ ...stored, path: below, name, content, migrations: [...image.migrations], tables: [] })
      }
      return databases
    } finally {
      for (const image of images) image[Symbol.dispose]()
    }
  }

  async #storePages(image: PageImage, name: string): Promise<Omit<StoredFile, 'path'>> {
    const base = databaseOf(this.#wanted.earlier?.base, name)
    const newest = databaseOf(this.#wanted.earlier?.newest, name)
    const whole = createHash('sha256')
    const objects: string[] = []
    const patches: Patch[] = []
    for (let at = 0; at < image.bytes; at += CHUNK_BYTES) {
      const piece = at / CHUNK_BYTES
      const content = image.read(at, CHUNK_BYTES)
      whole.update(content)
      const stored = await this.#storePiece(content, image.page_bytes, {
        base: base?.objects[piece],
        known: newest?.objects[piece],
        patch: newest?.patches?.find(each => each.piece === piece),
      })
      objects.push(stored.object)
      if (stored.patch !== undefined) patches.push({ piece, ...stored.patch })
      await this.#pieces.pause(content.length)
    }
    return { bytes: image.bytes, sha256: whole.digest('hex'), objects, patches }
  }

  /** Uses what earlier backups have of a piece, and stores only the pages that differ. */
  async #storePiece(
    content: Buffer,
    page_bytes: number,
    { base, known, patch }: EarlierPiece,
  ): Promise<{ readonly object: string; readonly patch?: Omit<Patch, 'piece'> }> {
    const name = this.#wanted.form.nameOf(content)
    if (name === base || (name === known && patch === undefined)) return { object: name }
    const sha256 = sha256Of(content)
    if (base !== undefined && known === base && patch?.sha256 === sha256) return { object: base, patch }
    const pages = base === undefined ? undefined : await this.#changedPages(content, page_bytes, base)
    if (base === undefined || pages === undefined) return { object: await this.#pieces.put(content) }
    const changed = pages.map(page => content.subarray(page * page_bytes, (page + 1) * page_bytes))
    return {
      object: base,
      patch: { object: await this.#pieces.put(Buffer.concat(changed)), page_bytes, pages, sha256 },
    }
  }

  /** Which pages of a piece differ from its object; `undefined` if these are most, or if the object is damaged. */
  async #changedPages(content: Buffer, page_bytes: number, object: string): Promise<number[] | undefined> {
    const old = await this.#deps.folder.objects.get(object, this.#wanted.form).catch((error: unknown) => {
      if (asDenidinError(error).code === 'damaged') return undefined
      throw error
    })
    if (old === undefined) return undefined
    const count = content.length / page_bytes
    const pages = Array.from({ length: count }, (_, page) => page).filter(
      page =>
        !content
          .subarray(page * page_bytes, (page + 1) * page_bytes)
          .equals(old.subarray(page * page_bytes, (page + 1) * page_bytes)),
    )
    return pages.length > count / 2 ? undefined : pages
  }
}

const databaseOf = (manifest: Manifest | undefined, name: string): StoredDatabase | undefined =>
  manifest?.databases.find(database => database.name === name)

const knownFiles = (manifest: Manifest | undefined, name: string): KnownFiles | undefined =>
  manifest === undefined
    ? undefined
    : {
        at: Date.parse(manifest.created_at),
        files: new Map(manifest.folders.find(folder => folder.name === name)?.files.map(file => [file.path, file])),
      }

/** What a backup restores, for comparison. */
const contentOf = ({ databases, folders }: Pick<Manifest, 'databases' | 'folders'>): string =>
  JSON.stringify([
    databases.map(({ path, sha256 }) => [path, sha256]),
    folders
      .filter(({ restored }) => restored === 'in_place')
      .map(({ path, files }) => [path, files.map(file => [file.path, file.sha256])]),
  ])
