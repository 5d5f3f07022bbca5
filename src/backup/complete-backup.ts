/** Ends a backup or a restore point: writes the manifest, with which it is complete. */
import type { Ids } from '../platform/ids.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { BackupFolder } from './backup-folder.ts'
import type { BackupSources, WorkCall } from './backup-sources.ts'
import {
  backupId,
  filesOf,
  manifestOf,
  readBackupId,
  type BackupType,
  type Manifest,
  type StoredDatabase,
  type StoredFolder,
} from './manifest.ts'
import { CHUNK_BYTES, type PieceWriter } from './piece-writer.ts'
import { installationOf } from './sqlite/erasure-log.ts'
import { holdsDatabase } from './sqlite/snapshots.ts'
import type { StorageForm } from './storage-form.ts'

export interface CompleteDeps {
  readonly folder: Pick<BackupFolder, 'add'>
  readonly sources: BackupSources
  readonly pieces: Pick<PieceWriter, 'new_bytes' | 'new_objects'>
  readonly call: Pick<WorkCall, 'signal'>
  readonly ids: Ids
  readonly denidin_version: string
}

/** The stored content of a backup. */
export interface BackupContent {
  readonly type: BackupType
  /** The backup before it, if any. */
  readonly parent: string | null
  /** Milliseconds since the Unix epoch. */
  readonly created_at: number
  readonly form: StorageForm
  readonly databases: StoredDatabase[]
  readonly folders: StoredFolder[]
}

/** @throws the reason of the signal; DenidinError `unavailable` if the manifest cannot be written */
export const completeBackup = async (
  { folder, sources, pieces, call, ids, denidin_version }: CompleteDeps,
  { type, parent, created_at, form, databases, folders }: BackupContent,
): Promise<Manifest> => {
  const manifest = manifestOf({
    id: backupId(idTime(created_at, parent), type, ids.uuid().slice(0, 4)),
    type,
    created_at: new Date(created_at).toISOString(),
    parent,
    installation: installationOf(erasureLogIn(sources)),
    ...keyFields(form),
    denidin_version,
    node_version: process.version,
    chunk_bytes: CHUNK_BYTES,
    databases,
    folders,
    derived: [...sources.derived],
    bytes: filesOf({ databases, folders }).reduce((sum, file) => sum + file.bytes, 0),
    new_bytes: pieces.new_bytes,
    new_objects: pieces.new_objects,
  })
  call.signal.throwIfAborted()
  await folder.add(manifest, form)
  return manifest
}

const erasureLogIn = ({ databases }: BackupSources): string | undefined =>
  databases.find(({ content, path }) => content === 'erasures' && holdsDatabase(path))?.path

/** Ids sort in the order in which backups were made, even within a second and after the clock was set back. */
const idTime = (now: number, parent: string | null): number =>
  Math.max(now, (readBackupId(parent ?? '')?.at ?? -Infinity) + SECOND_MS)

/** The fields of a manifest that tell of its key. */
const keyFields = ({ key }: StorageForm): Pick<Manifest, 'key_id' | 'encryption'> => {
  if (key === null) return { key_id: null }
  const { key_id, recipients, naming_key } = key
  return { key_id, encryption: { recipients: [...recipients], naming_key } }
}
