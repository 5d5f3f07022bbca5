/** What a backup copies, and the context of the call that makes or reads one. */
import type { StoredDatabase, StoredFolder } from './manifest.ts'

/** A database to copy. Databases are listed in the order in which their snapshots are taken. */
export interface DatabaseSource {
  readonly name: string
  /** Absolute path, below the data folder. */
  readonly path: string
  readonly content: StoredDatabase['content']
}

/** A folder, or a single file, to copy. */
export interface FolderSource {
  readonly name: string
  /** Absolute path. */
  readonly path: string
  /** Path within the backup, with `/`. */
  readonly stored_as: string
  readonly restored: StoredFolder['restored']
}

/** Everything that a backup copies. */
export interface BackupSources {
  readonly data_root: string
  readonly databases: readonly DatabaseSource[]
  readonly folders: readonly FolderSource[]
  /** Texts that are stored as files beside the data, such as the configuration without secrets. */
  readonly texts: readonly { readonly name: string; readonly file: string; readonly text: string }[]
  /** Paths below the data folder, with `/`, of derived data, which is rebuilt from the rest. */
  readonly derived: readonly string[]
}

/** The context of one call. */
export interface WorkCall {
  readonly signal: AbortSignal
  progress(step: { readonly done: number; readonly total?: number; readonly unit: string }): void
}
