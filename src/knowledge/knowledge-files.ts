/** The port of the store of the knowledge folder's files: what was read from each, and which memories came from it. */

/** What identifies one state of a file: if none of it changed, neither did the content. */
export interface FileStamp {
  readonly size: number
  /** Milliseconds since the Unix epoch. */
  readonly modified_at: number
  /** When content, name or mode changed last, by the file system; programs cannot set it. */
  readonly changed_at: number
}

/** A file of the knowledge folder. */
export interface KnowledgeFile extends FileStamp {
  /** Absolute and without links. */
  readonly path: string
  /** The path below its folder: people see it. */
  readonly name: string
  /**
   * `reading`: a scan was interrupted while it stored the passages; the next one reads the file again. `refused`: its
   * content cannot be read. `passed_over`: it was not opened, because of its size, its format or its place.
   */
  readonly state: 'reading' | 'read' | 'refused' | 'passed_over'
  /** Why it is not read, as the end of a sentence that begins with its name. */
  readonly reason: string | undefined
  /** How many secrets were taken out. */
  readonly redacted: number
  /** Milliseconds since the Unix epoch. */
  readonly read_at: number
}

/** A file in a list. */
export interface ListedFile extends KnowledgeFile {
  readonly passages: number
}

export interface KnowledgeFiles {
  /** Every file, by its path. */
  all(): Promise<ReadonlyMap<string, KnowledgeFile>>
  /** By name; after the one with the path `before`. */
  list(page: { readonly limit: number; readonly before?: string }): Promise<readonly ListedFile[]>
  counts(): Promise<{ readonly read: number; readonly refused: number; readonly passages: number }>
  put(file: KnowledgeFile): Promise<void>
  /** The memories that came from a file, in the order of the file. */
  memoriesOf(path: string): Promise<readonly string[]>
  /** Replaces the list of the memories that came from a file. */
  setMemories(path: string, memory_ids: readonly string[]): Promise<void>
  remove(path: string): Promise<void>
}
