/** Rebuilds, verifies, calibrates and prunes the stored vectors and their indexes. */
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Embedder } from '../../models/embedder.ts'
import { modelSpace } from '../embedding-spaces.ts'
import type { RebuildRun } from '../vector-index.ts'
import type { VectorStore } from '../vector-store.ts'
import { calibrate, type CalibrateRun, type SessionMessages } from './calibrate.ts'
import type { Calibration } from './calibration.ts'
import type { MemorySessions } from './calibration-pairs.ts'
import type { IndexedSource } from './indexed-source.ts'
import { findThresholdWarning } from './threshold-warning.ts'
import type {
  Finding,
  SpaceState,
  VectorMaintenance,
  VectorStats,
  VerifiablePart,
  Verification,
  VerifyRun,
} from './vector-maintenance.ts'
import { repairVectors, verifyIndex, verifyVectors } from './verify-vectors.ts'

export interface VectorMaintenanceDeps {
  readonly memories: IndexedSource
  /** `pending`: how many have no vector yet. */
  readonly messages: IndexedSource & { pending(): Promise<number> }
  readonly memorySessions: MemorySessions
  readonly history: SessionMessages
  readonly vectors: VectorStore
  readonly embedder: Embedder
  /** The space of the previous model, while that still answers. */
  readonly previous_space: string | undefined
  readonly min_similarity: number
  /** Further derived data that is verified with the vectors. */
  readonly others: readonly VerifiablePart[]
  readonly ids: Ids
}

/** A change of this share of the vectors may change the warning. */
const NOTABLE_SHARE = 0.05

type Findings = Awaited<ReturnType<VerifiablePart['verify']>>

export class StoredVectorMaintenance implements VectorMaintenance {
  readonly #deps: VectorMaintenanceDeps
  readonly #sources: readonly IndexedSource[]
  /** The last warning, and how many vectors there were at that time. */
  #threshold: { readonly held: number; readonly warning: string | undefined } | undefined

  constructor(deps: VectorMaintenanceDeps) {
    this.#deps = deps
    this.#sources = [deps.memories, deps.messages]
  }

  /**
   * Repeats its thousands of comparisons only if the vectors have changed, because it is called several times a minute.
   */
  async thresholdWarning(): Promise<string | undefined> {
    const { vectors, min_similarity, ids } = this.#deps
    const counts = await Promise.all(this.#sources.map(each => vectors.count(each.space)))
    const held = counts.reduce((sum, count) => sum + count, 0)
    const known = this.#threshold
    // Among many vectors, a few more change nothing; while there is a warning, every change is checked.
    const least_change = known?.warning === undefined ? held * NOTABLE_SHARE : 1
    if (known !== undefined && Math.abs(held - known.held) < Math.max(1, least_change)) return known.warning
    const warning = await findThresholdWarning(
      this.#sources.map(each => each.table),
      min_similarity,
      ids,
    )
    this.#threshold = { held, warning }
    return warning
  }

  async rebuild({ signal, progress }: RebuildRun): Promise<{ readonly vectors: number }> {
    let before = 0
    for (const { space, index } of this.#sources) {
      signal?.throwIfAborted()
      if (!(await this.#deps.vectors.holds(space))) continue
      let last = 0
      await index.rebuild({
        ...(signal === undefined ? {} : { signal }),
        progress: (done, total) => {
          last = total
          progress?.(before + done, before + total)
        },
      })
      before += last
    }
    return { vectors: before }
  }

  async verify(run: VerifyRun): Promise<Verification> {
    const first = await this.#verifyAll(run)
    if (first.findings.length === 0) return { ...first, in_order: true }
    const in_order = run.repair && (await this.#verifyAll({ ...run, repair: false })).findings.length === 0
    return { ...first, in_order }
  }

  async calibrate(run: CalibrateRun): Promise<Calibration> {
    const { memories, messages, memorySessions, history, embedder, min_similarity, ids } = this.#deps
    return await calibrate(
      {
        memoryTable: memories.table,
        messageTable: messages.table,
        memories: memorySessions,
        history,
        embedder,
        min_similarity,
        ids,
      },
      run,
    )
  }

  async stats(): Promise<VectorStats> {
    const { messages, vectors } = this.#deps
    const left = await Promise.all(this.#sources.map(each => each.table.maintenance.left()))
    return {
      message_vectors: await vectors.count(messages.space),
      pending_messages: await messages.pending(),
      rebuild_left: left.reduce((sum, each) => sum + (each?.vectors ?? 0), 0),
      spaces: await this.#spaces(),
    }
  }

  async pruneSpaces(signal: AbortSignal): Promise<readonly { readonly space: string; readonly vectors: number }[]> {
    const unused = (await this.#spaces()).filter(each => each.use === 'unused')
    for (const { space } of unused) {
      while (!(await this.#deps.vectors.dropSpace(space))) {
        signal.throwIfAborted()
        await yieldToEventLoop()
      }
    }
    if (unused.length > 0) await this.#deps.memories.syncNow()
    return unused.map(({ space, vectors }) => ({ space, vectors }))
  }

  async #verifyAll(run: VerifyRun): Promise<Findings> {
    const { vectors, others } = this.#deps
    const total: { looked_at: number; findings: Finding[] } = { looked_at: 0, findings: [] }
    const verify = async (part: VerifiablePart): Promise<void> => {
      const before = total.looked_at
      const found = await part.verify({ ...run, progress: done => run.progress(before + done) })
      total.looked_at += found.looked_at
      total.findings.push(...found.findings)
    }
    for (const source of this.#sources) {
      await source.syncNow()
      await verify(verifyVectors(source, vectors))
      // If there is no vector, there is nothing to verify, and no reason to start a server.
      if (await vectors.holds(source.space)) await verify(verifyIndex(source))
      if (run.repair) await repairVectors(source, vectors)
    }
    for (const other of others) await verify(other)
    return total
  }

  async #spaces(): Promise<readonly SpaceState[]> {
    const useOf = (space: string): SpaceState['use'] => {
      const model = modelSpace(space)
      if (model === this.#deps.memories.space) return 'present'
      return model === this.#deps.previous_space ? 'former' : 'unused'
    }
    return (await this.#deps.vectors.spaces()).map(each => ({ ...each, use: useOf(each.space) }))
  }
}
