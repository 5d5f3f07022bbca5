/** The knowledge feature: scans the folders at the start, when something in them changes, and from time to time. */
import type { Module } from '../lifecycle/module.ts'
import { MINUTE_MS, SECOND_MS, type Clock } from '../platform/clock.ts'
import { withinTime } from '../platform/deadline.ts'
import type { BackgroundTasks } from '../platform/background-tasks.ts'
import type { Health } from '../platform/health.ts'
import type { Logger } from '../platform/logger.ts'
import { watchFolders, type FolderWatch } from './folder/watch-folders.ts'
import type { KnowledgeFiles } from './knowledge-files.ts'
import type { KnowledgeFolder, KnowledgeSettings, ScanReport } from './knowledge-folder.ts'

/** Changes within this time, such as those of a copied folder, are read together. */
const AFTER_CHANGE_MS = SECOND_MS
/** The start waits so long for the watch of large folders. */
const LONGEST_PREPARATION_MS = 2 * SECOND_MS
/** Some file systems report no changes. */
const SCANNED_EVERY_MS = 5 * MINUTE_MS

export interface KnowledgeModuleDeps {
  readonly settings: Pick<KnowledgeSettings, 'dirs' | 'ignore_dirs'>
  readonly folder: Pick<KnowledgeFolder, 'scan'>
  readonly files: Pick<KnowledgeFiles, 'counts'>
  /** Ends the thread that reads. */
  readonly close: () => Promise<void>
  readonly background: BackgroundTasks
  readonly clock: Clock
  readonly logger: Logger
}

export const createKnowledgeModule = (deps: KnowledgeModuleDeps): Module => new KnowledgeModule(deps)

class KnowledgeModule implements Module {
  readonly name = 'knowledge'
  readonly health = [{ name: 'knowledge', health: () => this.#health() }]
  readonly #deps: KnowledgeModuleDeps
  readonly #logger: Logger
  readonly #stopping = new AbortController()
  #watch: FolderWatch | undefined
  #next: { readonly at: number; readonly timer: Disposable } | undefined
  #last: ScanReport | undefined

  constructor(deps: KnowledgeModuleDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('knowledge')
  }

  async start(): Promise<void> {
    const { settings, files } = this.#deps
    const { passages, read, refused } = await files.counts()
    const used_before = passages + read + refused > 0
    // What was read from folders that are no longer configured is forgotten.
    if (settings.dirs.length === 0 && !used_before) return
    if (settings.dirs.length > 0) await this.#watchFolders()
    this.#scanSoon(0)
  }

  /** Begins to watch. The first scan comes after that, because a change before it is not reported. */
  async #watchFolders(): Promise<void> {
    const { settings, clock } = this.#deps
    const scan = (): void => {
      this.#scanSoon(AFTER_CHANGE_MS)
    }
    const watch = await watchFolders(settings.dirs, new Set(settings.ignore_dirs), scan, this.#logger)
    this.#watch = watch
    const in_time = await withinTime(
      clock,
      LONGEST_PREPARATION_MS,
      watch.ready.then(() => true),
    )
    if (in_time === undefined) void watch.ready.then(scan)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#next?.timer[Symbol.dispose]()
    await this.#watch?.close()
    await this.#deps.close()
  }

  /**
   * Scans in a while, or earlier if that is planned already: a change during a scan must not wait for the next regular
   * one, and steady changes must not put a scan off.
   */
  #scanSoon(in_ms: number): void {
    const { clock, background } = this.#deps
    const at = clock.monotonic() + in_ms
    if (this.#stopping.signal.aborted || (this.#next !== undefined && this.#next.at <= at)) return
    this.#next?.timer[Symbol.dispose]()
    const timer = clock.after(in_ms, () => {
      this.#next = undefined
      background.run('reading the knowledge folders', () => this.#scan())
    })
    this.#next = { at, timer }
  }

  async #scan(): Promise<void> {
    const { signal } = this.#stopping
    try {
      this.#last = await this.#deps.folder.scan({ on_request: false, signal })
    } catch (error) {
      if (signal.aborted) return
      throw error
    } finally {
      if (this.#deps.settings.dirs.length > 0) {
        this.#scanSoon(Math.min(this.#last?.next_ms ?? SCANNED_EVERY_MS, SCANNED_EVERY_MS))
      }
    }
  }

  async #health(): Promise<Health> {
    const { settings, files } = this.#deps
    if (settings.dirs.length === 0) return { state: 'off', detail: 'No folder is configured (knowledge.dirs).' }
    const [unreadable] = this.#last?.unreadable ?? []
    if (unreadable !== undefined) {
      return { state: 'degraded', detail: `${unreadable.folder} cannot be read: ${unreadable.reason}.` }
    }
    const { read, refused, passages } = await files.counts()
    const others = refused === 0 ? '' : ` Files that are not read: ${String(refused)} (denidin knowledge list).`
    return { state: 'ok', detail: `Files: ${String(read)}, passages: ${String(passages)}.${others}` }
  }
}
