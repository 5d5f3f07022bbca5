/**
 * The port of a place where backups are kept: files by path, such as `objects/ab/<name>.zst`, in a folder or in a store
 * elsewhere. One contract suite runs over every implementation.
 */

export interface BackupFiles {
  /** The place as messages name it: a folder, or an address without secrets. */
  readonly place: string
  /** Keeps other processes from changing the files until it is disposed of. @throws DenidinError `already_running` */
  lock(): Disposable
  /**
   * Paths of all files below a folder such as `objects`, with their sizes in bytes; empty if there is none.
   * @throws DenidinError `unavailable` if it cannot be read: it must not look empty
   */
  list(folder: string): Promise<ReadonlyMap<string, number>>
  /** Size of a file in bytes; `undefined` if there is none. */
  bytes(path: string): Promise<number | undefined>
  /**
   * The content of a file; `undefined` if there is none.
   * @throws DenidinError `damaged` if the disk cannot read it; `unavailable` if the place cannot be reached
   */
  read(path: string): Promise<Buffer | undefined>
  /** Writes a whole file or nothing. @throws DenidinError `unavailable`, `rejected` */
  write(path: string, content: string | Uint8Array): Promise<void>
  /** Deletes files; missing ones are ignored. */
  remove(paths: readonly string[]): Promise<void>
  /** Ensures that everything written or removed so far survives a power cut. */
  flush(): Promise<void>
}

/** The ending of a file that is being written; a crash leaves it behind. */
export const UNFINISHED_ENDING = '.new'
