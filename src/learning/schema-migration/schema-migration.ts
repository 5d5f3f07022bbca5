/**
 * Migrates long-term memory from summaries of sessions (v1) to facts (v2). Each summary is migrated once, so a run that
 * was interrupted continues where it stopped:
 *   1. take the digest of every memory
 *   2. for each summary that was not migrated: extract facts from the messages of its session or, if these are gone,
 *      turn its own statements into facts                                    summary-facts.ts
 *   3. verify that every earlier memory is still there, unchanged, and that every summary was migrated; facts of a
 *      run that was killed are learned again and do not count as earlier
 * The summaries stay, and are recalled, until the operator confirms; they then end, and stay in the history.
 */
import type { LongTermMemory } from '../../memory/long-term-memory.ts'
import { MEMORY_KINDS, type MemoryKind, type MemoryRecord } from '../../memory/memory.ts'
import type { MemoryCensus, MemoryDigest } from '../../memory/memory-census.ts'
import type { MemoryStore } from '../../memory/memory-store.ts'
import type { Erasures } from '../../messages/erasures.ts'
import type { HistoryStore } from '../../messages/history-store.ts'
import { CallRefused } from '../../models/call-refused.ts'
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { LearningOptions } from '../learning-context.ts'
import type { LearningReport } from '../learning-report.ts'
import { factsOfSummary } from './summary-facts.ts'
import type { MigratedSummary, MigrationRecord, MigrationRecords, MemoryVersion } from './migration-records.ts'

const SUMMARIES = ['session_summary', 'session_transcript'] as const satisfies readonly MemoryKind[]
const PAGE = 200
const HISTORY = 10

export interface SchemaMigrationDeps {
  readonly memories: Pick<MemoryStore, 'get' | 'ofSources' | 'listAll' | 'change' | 'countsByClass'>
  readonly memory: Pick<LongTermMemory, 'store'>
  readonly census: MemoryCensus
  readonly records: MigrationRecords
  readonly erasures: Pick<Erasures, 'erasedMemories'>
  readonly history: Pick<HistoryStore, 'ofSession'>
  /** Learns from the messages of a session. */
  readonly learn: (session_id: string, options: LearningOptions) => Promise<Pick<LearningReport, 'removed_ids'>>
  readonly clock: Pick<Clock, 'now'>
  /** Whether sessions become facts: `feature_flags.use_schema_v2`, with long-term memory on. */
  readonly is_v2: boolean
}

export interface MigrationStatus {
  readonly current_version: MemoryVersion
  /** Summaries that were not migrated yet. */
  readonly pending: number
  /** Summaries that still hold although they were migrated: the operator has not confirmed yet. */
  readonly unconfirmed: number
  readonly counts: { readonly v1_conversations: number; readonly v2_conversations: number }
  readonly history: readonly MigrationRecord[]
}

/** One kind of memory before and after. */
export interface VerifiedKind {
  readonly kind: MemoryKind
  readonly before: number
  readonly after: number
  /** Memories of before that are missing or changed, although no one forgot them. */
  readonly lost: number
}

export interface MigrationResult {
  readonly status: 'completed' | 'interrupted' | 'failed'
  readonly migrated: Readonly<Record<MigratedSummary['outcome'], number>>
  readonly facts: number
  readonly verified: readonly VerifiedKind[]
  /** Why it stopped, or what the verification found. */
  readonly error: string | undefined
}

export interface MigrationRun {
  readonly backup_id: string | undefined
  readonly started_by: string
  readonly signal: AbortSignal
  progress(done: number, total: number): void
}

export class SchemaMigration {
  readonly #deps: SchemaMigrationDeps

  constructor(deps: SchemaMigrationDeps) {
    this.#deps = deps
  }

  get is_v2(): boolean {
    return this.#deps.is_v2
  }

  async status(): Promise<MigrationStatus> {
    const counts = await this.#countKinds()
    let pending = 0
    let unconfirmed = 0
    for await (const { summary, migrated } of this.#summaries()) {
      if (migrated === undefined) pending++
      else if (isReplaced(migrated) && summary.valid_to === undefined) unconfirmed++
    }
    return {
      current_version: this.#deps.is_v2 && pending === 0 ? 'v2' : 'v1',
      pending,
      unconfirmed,
      counts: {
        v1_conversations: counts.session_summary + counts.session_transcript,
        v2_conversations: counts.fact + counts.explicit,
      },
      history: await this.#deps.records.history(HISTORY),
    }
  }

  /** @returns how it ended; a failure of a model or a limit interrupts it, and the next run continues */
  async run({ backup_id, started_by, signal, progress }: MigrationRun): Promise<MigrationResult> {
    const { records, clock } = this.#deps
    await records.interrupt(clock.now())
    const before = await this.#digests()
    const id = await records.begin({ started_at: clock.now(), started_by, backup_id })
    const migrated = { learned: 0, converted: 0, kept: 0 }
    let facts = 0
    try {
      const pending = await this.#pending()
      for (const [done, summary] of pending.entries()) {
        signal.throwIfAborted()
        progress(done, pending.length)
        const { removed_ids, ...result } = await this.#migrate(summary, signal)
        for (const memory_id of removed_ids) before.delete(memory_id)
        await records.add(id, result, clock.now())
        migrated[result.outcome]++
        facts += result.facts
      }
    } catch (thrown) {
      const { code, message } = asDenidinError(thrown)
      const isTemporary =
        signal.aborted || thrown instanceof CallRefused || code === 'unavailable' || code === 'stopping'
      const status = isTemporary ? 'interrupted' : 'failed'
      await records.end(id, { completed_at: clock.now(), status, error: message })
      if (signal.aborted) throw thrown
      return { status, migrated, facts, verified: [], error: message }
    }
    const verified = await this.#verify(before)
    const error = await this.#faultOf(verified)
    const status = error === undefined ? 'completed' : 'failed'
    await records.end(id, { completed_at: clock.now(), status, error })
    return { status, migrated, facts, verified, error }
  }

  /** Ends the summaries that facts have replaced. @returns how many */
  async confirm(): Promise<number> {
    const { memories, clock } = this.#deps
    let ended = 0
    for await (const { summary, migrated } of this.#summaries()) {
      if (migrated === undefined || !isReplaced(migrated) || summary.valid_to !== undefined) continue
      if (await memories.change(summary.scope, summary.memory_id, { valid_to: clock.now() })) ended++
    }
    return ended
  }

  /** Counts what is stored: a run that was killed may have learned it before, and not have recorded the summary. */
  async #migrate(
    summary: MemoryRecord,
    signal: AbortSignal,
  ): Promise<MigratedSummary & Pick<LearningReport, 'removed_ids'>> {
    const { memories, memory, history, learn, clock } = this.#deps
    const { memory_id, scope, session_id, kind } = summary
    const messages = session_id === undefined ? [] : await history.ofSession(session_id)
    if (session_id !== undefined && messages.length > 0) {
      const { removed_ids } = await learn(session_id, { patient: true, signal })
      const learned = await memories.ofSources(
        scope,
        messages.map(message => message.message_id),
      )
      return { memory_id, outcome: 'learned', facts: learned.filter(each => each.kind === 'fact').length, removed_ids }
    }
    if (kind === 'session_transcript') return { memory_id, outcome: 'kept', facts: 0, removed_ids: [] }
    const facts = factsOfSummary(summary, clock.now())
    for (const fact of facts) await memory.store(fact)
    const stored = await memories.get(
      scope,
      facts.map(fact => fact.memory_id),
    )
    return { memory_id, outcome: 'converted', facts: stored.length, removed_ids: [] }
  }

  /** Oldest first. */
  async #pending(): Promise<readonly MemoryRecord[]> {
    const pending: MemoryRecord[] = []
    for await (const { summary, migrated } of this.#summaries()) if (migrated === undefined) pending.push(summary)
    return pending.reverse()
  }

  async *#summaries(): AsyncGenerator<{
    readonly summary: MemoryRecord
    readonly migrated: MigratedSummary | undefined
  }> {
    const { memories, records } = this.#deps
    for (let before: string | undefined; ;) {
      const page = { kinds: SUMMARIES, limit: PAGE, ...(before === undefined ? {} : { before }) }
      const found = await memories.listAll(page)
      const migrated = await records.migrated(found.map(({ memory_id }) => memory_id))
      for (const summary of found) yield { summary, migrated: migrated.get(summary.memory_id) }
      before = found.at(-1)?.memory_id
      if (found.length < PAGE) return
    }
  }

  async #countKinds(): Promise<Record<MemoryKind, number>> {
    const counts = { fact: 0, explicit: 0, session_summary: 0, session_transcript: 0 }
    for (const { kind, memories } of await this.#deps.memories.countsByClass()) counts[kind] += memories
    return counts
  }

  async #digests(): Promise<Map<string, MemoryDigest>> {
    const found = new Map<string, MemoryDigest>()
    for await (const each of this.#deps.census.digests()) found.set(each.memory_id, each)
    return found
  }

  async #verify(before: ReadonlyMap<string, MemoryDigest>): Promise<readonly VerifiedKind[]> {
    const after = await this.#digests()
    const missing = [...before.values()].filter(({ memory_id, digest }) => after.get(memory_id)?.digest !== digest)
    const forgotten = await this.#deps.erasures.erasedMemories(missing.map(({ memory_id }) => memory_id))
    const lost = missing.filter(({ memory_id }) => !forgotten.has(memory_id))
    return MEMORY_KINDS.map(kind => ({
      kind,
      before: countOf(kind, before.values()),
      after: countOf(kind, after.values()),
      lost: countOf(kind, lost),
    }))
  }

  async #faultOf(verified: readonly VerifiedKind[]): Promise<string | undefined> {
    const lost = verified.filter(each => each.lost > 0).map(each => `${String(each.lost)} of kind ${each.kind}`)
    if (lost.length > 0) return `memories of before are missing or changed: ${lost.join(', ')}`
    const pending = (await this.#pending()).length
    return pending === 0 ? undefined : `${String(pending)} summaries came meanwhile; run it again`
  }
}

/** Whether facts say what the summary says. */
const isReplaced = ({ outcome, facts }: MigratedSummary): boolean => outcome !== 'kept' && facts > 0

const countOf = (kind: MemoryKind, memories: Iterable<MemoryDigest>): number =>
  [...memories].filter(each => each.kind === kind).length
