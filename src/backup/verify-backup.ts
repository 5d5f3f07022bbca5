/** Verifies a backup by restoring it into a temporary folder and asking it questions with known answers. */
import { join } from 'node:path'
import { asDenidinError } from '../platform/errors.ts'
import { SECOND_MS, type Clock } from '../platform/clock.ts'
import { remove } from '../platform/files.ts'
import { findBackup, type BackupFolder } from './backup-folder.ts'
import type { WorkCall } from './backup-sources.ts'
import { requireRoom } from './disk-room.ts'
import type { Manifest } from './manifest.ts'
import { materialize } from './materialize.ts'
import type { Throttle } from './throttle.ts'
import type { RecallCheck, Verification } from './verification.ts'

export interface VerifyDeps {
  readonly folder: BackupFolder
  /** The folder for the trial restore; its content is deleted. */
  readonly work_folder: string
  readonly clock: Clock
  readonly throttle: Throttle
  /** Ids of the migrations that this DeniDin knows, by the name of the database. */
  readonly known_migrations: ReadonlyMap<string, ReadonlySet<string>>
  /** Runs recall on a restored data folder. */
  readonly askRecall: (data_root: string, signal: AbortSignal) => Promise<RecallCheck>
}

/**
 * Restores a backup, verifies it, and records and returns the result.
 * @param backup_id an id, its beginning, or `latest`
 * @throws DenidinError `not_found`, `unavailable` (no space, or the folder cannot be written); `damaged` if its
 *   manifest cannot be read; `invalid_config` if it is encrypted, and its key is not here; the reason of the signal
 */
export const verifyBackup = async (deps: VerifyDeps, backup_id: string, call: WorkCall): Promise<Verification> => {
  const { folder, work_folder, clock } = deps
  using _lock = folder.lock()
  const began = clock.monotonic()
  const manifest = await folder.open(await findBackup(folder, { backup_id, points: false }, clock.now()))
  await remove(work_folder)
  await requireRoom(work_folder, manifest.bytes, 'the trial restore')
  const target = join(work_folder, 'data')
  try {
    const objects = await folder.reader(manifest)
    const proof = await materialize(manifest, target, { ...deps, objects, syncs: false }, call)
    const newer = newerSchemas(manifest, deps.known_migrations)
    const recall = proof.problems.length === 0 && newer.length === 0 ? await recallOf(deps, target, call) : NOT_ASKED
    const problems = [...proof.problems, ...newer, ...recall.problems]
    const verification: Verification = {
      backup_id: manifest.id,
      verified_at: new Date(clock.now()).toISOString(),
      in_order: problems.length === 0,
      problems,
      objects: proof.objects,
      bytes: proof.bytes,
      tables: proof.tables,
      rows: proof.rows,
      questions: recall.questions,
      answered: recall.answered,
      duration_seconds: (clock.monotonic() - began) / SECOND_MS,
    }
    await folder.record(verification)
    return verification
  } finally {
    await remove(work_folder)
  }
}

const NOT_ASKED: RecallCheck = { questions: 0, answered: 0, problems: [] }

const recallOf = async ({ askRecall }: VerifyDeps, target: string, { signal }: WorkCall): Promise<RecallCheck> => {
  try {
    return await askRecall(target, signal)
  } catch (error) {
    signal.throwIfAborted()
    return { ...NOT_ASKED, problems: [`recall cannot be asked: ${asDenidinError(error).message}`] }
  }
}

/** One sentence for each database whose schema this DeniDin does not know. */
export const newerSchemas = (
  { databases, denidin_version }: Manifest,
  known: VerifyDeps['known_migrations'],
): readonly string[] =>
  databases.flatMap(({ name, path, migrations }) => {
    const ids = known.get(name)
    const unknown = ids === undefined ? [] : migrations.filter(id => !ids.has(id))
    return unknown.length === 0
      ? []
      : [
          `${path} was written by a newer DeniDin (${denidin_version}: ${unknown.join(', ')}); restore it with that version`,
        ]
  })
