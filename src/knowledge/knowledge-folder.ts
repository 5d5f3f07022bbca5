/**
 * Keeps the memories that everyone may recall in step with the files of the knowledge folders: reads new and changed
 * files, and forgets what was in files that are gone.
 */
import { SHARED_SCOPE } from '../messages/scope.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import { fileOf, PLAIN_MEMORY, type MemoryRecord } from '../memory/memory.ts'
import { SECOND_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'
import type { Logger } from '../platform/logger.ts'
import type { DocumentContent, DocumentReader } from './document-reader.ts'
import { findFiles, type FoundFile } from './folder/find-files.ts'
import type { FileStamp, KnowledgeFile, KnowledgeFiles } from './knowledge-files.ts'

export interface KnowledgeSettings {
  /** `knowledge.dirs`, absolute. */
  readonly dirs: readonly string[]
  readonly dedupe_ttl_seconds: number
  readonly max_file_size_bytes: number
  readonly ignore_dirs: readonly string[]
}

export interface KnowledgeFolderDeps {
  readonly settings: KnowledgeSettings
  readonly files: KnowledgeFiles
  readonly memories: Pick<MemoryStore, 'get' | 'remove'>
  readonly longterm: Pick<LongTermMemory, 'store' | 'deleteVectors'>
  readonly reader: DocumentReader
  /** Overwrites what deleted passages left in the files of databases and indexes. */
  readonly purge: () => Promise<void>
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

export interface ScanOptions {
  /** Someone waits for it: changed files are read now, even if they were read a moment ago. */
  readonly on_request: boolean
  readonly signal: AbortSignal
  /** @param total files to read */
  readonly progress?: (done: number, total: number) => void
}

export interface ScanReport {
  readonly added: number
  readonly updated: number
  readonly removed: number
  /** Changed files that are read later: they were read or written a moment ago. */
  readonly waiting: number
  /** In how many milliseconds the first of those may be read; `undefined`: none waits. */
  readonly next_ms: number | undefined
  /** Folders that could not be read; what was read from them before stays. */
  readonly unreadable: readonly { readonly folder: string; readonly reason: string }[]
}

/** A file that changed so recently may not be completely written. */
const SETTLED_MS = 2 * SECOND_MS

export class KnowledgeFolder {
  readonly #deps: KnowledgeFolderDeps
  readonly #logger: Logger
  readonly #scans = new KeyedQueue<string>()

  constructor(deps: KnowledgeFolderDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('knowledge')
  }

  /**
   * Compares the folders with what was read from them; one scan at a time.
   * @throws the reason of the signal
   */
  async scan(options: ScanOptions): Promise<ScanReport> {
    return await this.#scans.run('scan', () => this.#scan(options))
  }

  async #scan(options: ScanOptions): Promise<ScanReport> {
    const { dirs, ignore_dirs, max_file_size_bytes } = this.#deps.settings
    const { signal, progress } = options
    const { files, unreadable } = await findFiles({
      dirs,
      ignore: new Set(ignore_dirs),
      most_bytes: max_file_size_bytes,
      signal,
    })
    for (const { folder, reason } of unreadable) this.#logger.warn('A folder cannot be read', { folder, reason })
    const known = await this.#deps.files.all()
    const gone = [...known.keys()].filter(path => !files.has(path) && !isBelow(path, unreadable))
    for (const path of gone) await this.#remove(path)
    const changed = [...files.values()].filter(file => isChanged(file, known.get(file.path)))
    const waits = changed.map(file => this.#waitFor(file, known.get(file.path), options))
    const due = changed.filter((_, at) => waits[at] === 0)
    let [added, updated, replaced] = [0, 0, gone.length]
    for (const [at, file] of due.entries()) {
      signal.throwIfAborted()
      progress?.(at, due.length)
      const before = known.get(file.path)
      if (await this.#update(file, signal)) replaced++
      if (before === undefined) added++
      else updated++
    }
    if (due.length > 0) progress?.(due.length, due.length)
    if (replaced > 0) await this.#deps.purge()
    const waiting = waits.filter(each => each > 0)
    return {
      added,
      updated,
      removed: gone.length,
      waiting: waiting.length,
      next_ms: waiting.length === 0 ? undefined : Math.min(...waiting),
      unreadable,
    }
  }

  /** Milliseconds until a changed file may be read. */
  #waitFor(file: FoundFile, before: KnowledgeFile | undefined, { on_request }: ScanOptions): number {
    // A file that was not stored completely, or is not read at all, need not wait.
    if (on_request || file.obstacle !== undefined || before?.state === 'reading') return 0
    const now = this.#deps.clock.now()
    const ttl_ms = this.#deps.settings.dedupe_ttl_seconds * SECOND_MS
    const was_read = before?.state === 'read' || before?.state === 'refused'
    const since_read = was_read ? now - before.read_at : Infinity
    const age = now - Math.max(file.modified_at, file.changed_at)
    // A clock that was set back must not keep a file waiting.
    const until_settled = age >= 0 && age < SETTLED_MS ? SETTLED_MS - age : 0
    return Math.ceil(Math.max(since_read >= 0 && since_read < ttl_ms ? ttl_ms - since_read : 0, until_settled))
  }

  /** @returns whether passages were removed */
  async #update(file: FoundFile, signal: AbortSignal): Promise<boolean> {
    const read = await this.#read(file, signal)
    const passages = typeof read === 'string' ? [] : read.passages
    const { path, name } = file
    const stamp = { path, name, size: file.size, modified_at: file.modified_at, changed_at: file.changed_at }
    const row = { ...stamp, read_at: this.#deps.clock.now() }
    await this.#deps.files.put({ ...row, state: 'reading', reason: undefined, redacted: 0 })
    const removed = await this.#store(file, passages)
    if (typeof read === 'string') {
      const state = file.obstacle === undefined ? 'refused' : 'passed_over'
      await this.#deps.files.put({ ...row, state, reason: read, redacted: 0 })
      this.#logger.warn('A file is not read', { file: name, reason: read })
    } else {
      await this.#deps.files.put({ ...row, state: 'read', reason: undefined, redacted: read.redacted })
      this.#logger.info('A file was read', { file: name, passages: passages.length, redacted: read.redacted })
    }
    return removed
  }

  /** The content, or why there is none. @throws DenidinError `stopping` */
  async #read({ path, obstacle }: FoundFile, signal: AbortSignal): Promise<DocumentContent | string> {
    if (obstacle !== undefined) return obstacle
    try {
      return await this.#deps.reader.read(path, this.#deps.settings.max_file_size_bytes, signal)
    } catch (error) {
      signal.throwIfAborted()
      const failure = asDenidinError(error)
      if (failure.code === 'stopping') throw failure
      return failure.message
    }
  }

  /** Stores the passages of a file; those that did not change keep their memories. @returns whether any was removed */
  async #store(file: FoundFile, passages: readonly string[]): Promise<boolean> {
    const { files, memories, longterm, ids } = this.#deps
    const before_ids = await files.memoriesOf(file.path)
    const before = await memories.get(SHARED_SCOPE, before_ids)
    // A file that was moved or renamed is quoted by its new name.
    const reusable = Map.groupBy(
      before.filter(memory => fileOf(memory) === file.name),
      memory => memory.text,
    )
    const kept = passages.map(text => reusable.get(text)?.pop()?.memory_id)
    const memory_ids = kept.map(id => id ?? ids.uuid())
    await files.setMemories(file.path, [...new Set([...memory_ids, ...before_ids])])
    const obsolete = before_ids.filter(id => !memory_ids.includes(id))
    await this.#forget(obsolete)
    for (const [at, text] of passages.entries()) {
      const memory_id = memory_ids[at]
      if (kept[at] === undefined && memory_id !== undefined) await longterm.store(this.#memoryOf(file, memory_id, text))
    }
    await files.setMemories(file.path, memory_ids)
    return obsolete.length > 0
  }

  #memoryOf({ name, modified_at }: FoundFile, memory_id: string, text: string): MemoryRecord {
    const said_at = Math.round(modified_at)
    return {
      ...PLAIN_MEMORY,
      memory_id,
      scope: SHARED_SCOPE,
      person_ids: [],
      kind: 'explicit',
      category: 'facts',
      text,
      entities: [{ kind: 'file', value: name }],
      session_id: undefined,
      said_from: said_at,
      said_to: said_at,
      valid_from: said_at,
      created_at: this.#deps.clock.now(),
    }
  }

  async #remove(path: string): Promise<void> {
    const { files } = this.#deps
    await this.#forget(await files.memoriesOf(path))
    await files.remove(path)
    this.#logger.info('A file is gone, and what was read from it is forgotten')
  }

  async #forget(memory_ids: readonly string[]): Promise<void> {
    if (memory_ids.length === 0) return
    await this.#deps.memories.remove(SHARED_SCOPE, memory_ids)
    await this.#deps.longterm.deleteVectors(memory_ids)
  }
}

const isChanged = (file: FoundFile, before: KnowledgeFile | undefined): boolean =>
  before === undefined ||
  before.state === 'reading' ||
  before.name !== file.name ||
  (before.state === 'passed_over' ? before.reason : undefined) !== file.obstacle ||
  !isSameStamp(file, before)

const isSameStamp = (a: FileStamp, b: FileStamp): boolean =>
  a.size === b.size && a.modified_at === b.modified_at && a.changed_at === b.changed_at

const isBelow = (path: string, folders: readonly { readonly folder: string }[]): boolean =>
  folders.some(({ folder }) => path === folder || path.startsWith(`${folder}/`))
