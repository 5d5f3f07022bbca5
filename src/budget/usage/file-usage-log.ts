/** The usage log in files below the data folder, written in the background, so that it never delays a turn. */
import { join } from 'node:path'
import { HOUR_MS, SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Health, HealthCheck } from '../../platform/health.ts'
import type { Ids } from '../../platform/ids.ts'
import { JoinedRuns } from '../../platform/joined-runs.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'
import type { Logger } from '../../platform/logger.ts'
import type { BudgetUsageLog, UsageId } from './budget-usage-log.ts'
import { OpenUses } from './open-uses.ts'
import {
  entryOf,
  openUseOf,
  unfinishedEntryOf,
  type BegunUsage,
  type BudgetUsageEntry,
  type OpenUse,
  type UsageOutcome,
  type UsageRun,
  type UseChange,
} from './usage-entry.ts'
import { UsageFiles, type LineChange } from './usage-files.ts'
import type { RewritableLog } from './usage-personal-data.ts'

export interface FileUsageLogDeps {
  /** `usage` below the data folder. */
  readonly folder: string
  readonly run: UsageRun
  /** Whether a person's text may be stored; for `null`, the text of an agent's task. */
  readonly keepsWords: (person_id: string | null) => Promise<boolean>
  readonly most_bytes: number
  readonly kept_files: number
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** Most entries that wait in memory while the files cannot be written; beyond that, the oldest are dropped. */
const MOST_WAITING = 1000
/** Most uses that are open at the same time; beyond that, the oldest counts as never ended. */
const MOST_OPEN = 1000
/** How long after its beginning a use is noted in the journal. */
const NOTED_AFTER_MS = 50
/** A load that was not finished by then counts as never finished. */
const LOAD_ENDS_WITHIN_MS = 24 * HOUR_MS

export class FileUsageLog implements BudgetUsageLog, HealthCheck, RewritableLog {
  readonly name = 'budget usage log'
  readonly #deps: FileUsageLogDeps
  readonly #logger: Logger
  readonly #files: UsageFiles
  readonly #journal: OpenUses
  /** One access to the files at a time. */
  readonly #access = new KeyedQueue<'files'>()
  readonly #writes = new JoinedRuns(() => this.#access.run('files', () => this.#write()))
  readonly #open = new Map<UsageId, OpenUse>()
  /** Ids of the uses that the journal contains as open. */
  readonly #journaled = new Set<UsageId>()
  #entries: BudgetUsageEntry[] = []
  #read: Promise<void> | undefined
  /** The next note of beginnings. */
  #noting: Disposable | undefined
  #trouble: string | undefined
  #lost = 0

  constructor(deps: FileUsageLogDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('budget')
    this.#files = new UsageFiles(deps)
    this.#journal = new OpenUses(join(deps.folder, 'open-uses.jsonl'))
  }

  begin(usage: BegunUsage): UsageId {
    const { ids, clock, run } = this.#deps
    const use = openUseOf(usage, { id: ids.uuid(), at: clock.now(), run })
    this.#open.set(use.id, use)
    for (const oldest of this.#open.values()) {
      if (this.#open.size <= MOST_OPEN) break
      this.#end(oldest, unfinishedEntryOf(oldest))
    }
    this.#noteBegunLater()
    return use.id
  }

  async finish(id: UsageId, outcome: UsageOutcome): Promise<boolean> {
    if (!this.#open.has(id)) await this.#readJournal()
    const use = this.#open.get(id)
    if (use === undefined) return false
    const seconds = (this.#deps.clock.now() - Date.parse(use.timestamp)) / SECOND_MS
    this.#end(use, entryOf(use, outcome, seconds))
    void this.#writeSoon()
    return true
  }

  /** Closes uses that an earlier process left open. Called at the start; otherwise the first use does it. */
  async recover(): Promise<void> {
    await this.#readJournal()
    await this.#writeSoon()
  }

  /** Loads that have begun and not ended, oldest first. */
  async openLoads(): Promise<readonly OpenUse[]> {
    await this.#readJournal()
    this.#endStaleLoads()
    return [...this.#open.values()].filter(use => use.kind === 'load')
  }

  /** Paths of all files of entries, oldest first; waiting entries are written to them first, unless that fails. */
  async files(): Promise<readonly string[]> {
    await this.recover()
    return await this.#files.paths()
  }

  /** Data that is not in the files of entries: open uses, and entries that could not be written. */
  async inMemory(): Promise<{ readonly open: readonly OpenUse[]; readonly entries: readonly BudgetUsageEntry[] }> {
    await this.recover()
    return { open: [...this.#open.values()], entries: [...this.#entries] }
  }

  async rewrite(changeLine: LineChange, changeUse: UseChange): Promise<number> {
    await this.recover()
    return await this.#access.run('files', async () => {
      let changed = 0
      const changedUse = <T extends OpenUse>(use: T): readonly T[] => {
        const now = changeUse(use)
        if (now !== use) changed++
        return now === undefined ? [] : [now]
      }
      this.#entries = this.#entries.flatMap(changedUse)
      for (const use of [...this.#open.values()]) {
        const [now] = changedUse(use)
        if (now === undefined) this.#open.delete(use.id)
        else this.#open.set(use.id, now)
      }
      // The journal still contains the text of uses that have ended.
      if (changed > 0 || (await this.#journal.exists())) await this.#replaceJournal()
      return changed + (await this.#files.rewrite(changeLine))
    })
  }

  async health(): Promise<Health> {
    if (this.#trouble === undefined) return { state: 'ok', detail: this.#files.path }
    const lost = this.#lost === 0 ? '' : `, ${String(this.#lost)} are lost`
    const waiting = String(this.#entries.length)
    return {
      state: 'degraded',
      detail: `${this.#trouble}. ${waiting} entries wait in memory${lost}; DeniDin goes on, and writes them when it can.`,
    }
  }

  /** Resolves when the waiting entries are written, or cannot be. */
  async close(): Promise<void> {
    this.#noting?.[Symbol.dispose]()
    await this.#writeSoon()
  }

  #end(use: OpenUse, entry: BudgetUsageEntry): void {
    this.#open.delete(use.id)
    this.#entries.push(entry)
    while (this.#entries.length > MOST_WAITING) {
      this.#entries.shift()
      this.#lost++
    }
  }

  #endStaleLoads(): void {
    const before = this.#deps.clock.now() - LOAD_ENDS_WITHIN_MS
    for (const use of [...this.#open.values()]) {
      if (use.kind === 'load' && Date.parse(use.timestamp) < before) this.#end(use, unfinishedEntryOf(use))
    }
  }

  #readJournal(): Promise<void> {
    this.#read ??= this.#access.run('files', async () => {
      try {
        await this.#takeOver(await this.#journal.read())
        await this.#files.removeLeftovers()
      } catch (error) {
        this.#failed(error)
      }
    })
    return this.#read
  }

  /** Turns of an earlier process are over; its loads may still be finished. */
  async #takeOver(left: readonly OpenUse[]): Promise<void> {
    if (left.length === 0) return
    // The process may have ended after writing the entry and before recording the end of the use.
    const tail = await this.#files.tail()
    let unfinished = 0
    for (const use of left) {
      this.#journaled.add(use.id)
      if (tail.includes(`"id":"${use.id}"`)) continue
      if (use.kind === 'load') this.#open.set(use.id, use)
      else {
        this.#end(use, unfinishedEntryOf(use))
        unfinished++
      }
    }
    this.#endStaleLoads()
    const loads = this.#open.size
    if (unfinished > 0 || loads > 0) {
      this.#logger.warn('Uses of budgets were begun and not finished', { turns: unfinished, loads })
    }
  }

  /** The request of a turn goes out first, and a use that has ended by then does not need the journal. */
  #noteBegunLater(): void {
    this.#noting ??= this.#deps.clock.after(NOTED_AFTER_MS, () => {
      this.#noting = undefined
      void this.#writeSoon()
    })
  }

  async #writeSoon(): Promise<void> {
    await this.#readJournal()
    await this.#writes.run().catch((error: unknown) => {
      this.#failed(error)
    })
  }

  /** Records beginnings before ends, so that a crash in between loses nothing. */
  async #write(): Promise<void> {
    // A journal that cannot be written must not hold up any entry.
    const journal_fault = await this.#noteBegun().then(
      () => undefined,
      (error: unknown) => asDenidinError(error),
    )
    await this.#writeEntries()
    if (journal_fault !== undefined) throw journal_fault
    await this.#noteEnded()
    if (this.#trouble !== undefined) this.#logger.info('The usage log of budgets can be written again')
    this.#trouble = undefined
    this.#lost = 0
  }

  /** Uses that began and ended since the last write do not need the journal. */
  async #noteBegun(): Promise<void> {
    const begun: OpenUse[] = []
    for (const use of [...this.#open.values()]) {
      if (this.#journaled.has(use.id)) continue
      const kept = await this.#kept(use)
      // It may have ended meanwhile.
      if (!this.#open.has(use.id)) continue
      this.#open.set(use.id, kept)
      begun.push(kept)
    }
    await this.#journal.add(begun, [], [...this.#journaledUses(), ...begun])
    for (const { id } of begun) this.#journaled.add(id)
  }

  /**
   * The open uses that the journal contains. For newer ones it was not checked yet whether their text may be stored:
   * the next write adds them.
   */
  #journaledUses(): readonly OpenUse[] {
    return [...this.#open.values()].filter(({ id }) => this.#journaled.has(id))
  }

  async #writeEntries(): Promise<void> {
    const entries = [...this.#entries]
    let lines = ''
    for (const entry of entries) lines += `${JSON.stringify(await this.#kept(entry))}\n`
    if (lines !== '') await this.#files.append(lines)
    const written = new Set(entries)
    this.#entries = this.#entries.filter(entry => !written.has(entry))
  }

  /** The part of a use that may be stored. Checked before writing, so that no caller waits for it. */
  async #kept<T extends OpenUse>(use: T): Promise<T> {
    if (use.task === null || (await this.#deps.keepsWords(use.person_id))) return use
    return { ...use, task: null }
  }

  /** An ended use leaves the journal only after its entry is written: a crash must not lose both. */
  async #noteEnded(): Promise<void> {
    const waiting = new Set(this.#entries.map(({ id }) => id))
    const ended = [...this.#journaled].filter(id => !this.#open.has(id) && !waiting.has(id))
    await this.#journal.add([], ended, this.#journaledUses())
    for (const id of ended) this.#journaled.delete(id)
  }

  async #replaceJournal(): Promise<void> {
    const uses = this.#journaledUses()
    await this.#journal.replace(uses)
    this.#journaled.clear()
    for (const { id } of uses) this.#journaled.add(id)
  }

  #failed(error: unknown): void {
    const reason = asDenidinError(error).message
    if (this.#trouble === undefined) {
      this.#logger.warn('The usage log of budgets cannot be written; its entries wait in memory', { reason })
    }
    this.#trouble = reason
  }
}
