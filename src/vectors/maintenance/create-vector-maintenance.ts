import { yieldToEventLoop } from '../../platform/yield.ts'
import type { Ids } from '../../platform/ids.ts'
import type { HistoryStore } from '../../messages/history-store.ts'
import type { Embedder } from '../../models/embedder.ts'
import { modelSpace } from '../embedding-spaces.ts'
import { MESSAGE_PREFIX, type VectorStore } from '../vector-store.ts'
import { distributionOf, LEAST_PAIRS, round, shareAbove, suggestThreshold, type Calibration } from './calibration.ts'
import type { IndexedSource } from './indexed-source.ts'
import {
  chosen,
  comparePairs,
  memorySamples,
  nearestPair,
  type MemorySessions,
  type Sample,
} from './calibration-pairs.ts'
import type { Finding, SpaceState, VectorMaintenance, VerifiablePart } from './vector-maintenance.ts'
import { repairVectors, verifyVectors } from './verify-vectors.ts'

/** Questions that an embedder which costs nothing embeds for a calibration. */
const FREE_EMBEDDINGS = 200
/** Questions of one session: more would tell of that session alone. */
const QUESTIONS_OF_A_SESSION = 5
/** Scopes, and vectors of each, that a doubt about the threshold is founded on: some milliseconds. */
const DOUBT_SCOPES = 20
const DOUBT_VECTORS = 12

export interface VectorMaintenanceDeps {
  readonly memories: IndexedSource
  readonly messages: IndexedSource
  readonly memoryStore: MemorySessions
  readonly history: Pick<HistoryStore, 'ofSession'>
  readonly vectors: VectorStore
  readonly embedder: Embedder
  /** The model of before, while it answers. */
  readonly previous: string | undefined
  readonly min_similarity: number
  /** What else is derived and can be compared. */
  readonly others: readonly VerifiablePart[]
  pendingMessages(): Promise<number>
  readonly ids: Ids
}

export const createVectorMaintenance = (parts: VectorMaintenanceDeps): VectorMaintenance => {
  const { memories, messages, vectors, embedder, min_similarity, ids } = parts
  const families = [memories, messages]

  const spaces = async (): Promise<readonly SpaceState[]> =>
    (await vectors.spaces()).map(each => ({
      ...each,
      use:
        modelSpace(each.space) === memories.space
          ? 'present'
          : modelSpace(each.space) === parts.previous
            ? 'former'
            : 'unused',
    }))

  /** What was asked in the sessions of these memories: as stored, or embedded as a question is. */
  const questionsOf = async (
    remembered: readonly Sample[],
    most_embeddings: number,
    signal: AbortSignal,
  ): Promise<{ readonly questions: readonly Sample[]; readonly embedded: number }> => {
    const sessions = new Map(
      remembered.flatMap(each => (each.session_id === undefined ? [] : [[each.session_id, each]])),
    )
    const questions: Sample[] = []
    let embedded = 0
    for (const [session_id, { scope }] of sessions) {
      signal.throwIfAborted()
      const said = (await parts.history.ofSession(session_id)).filter(each => each.role === 'user')
      const some = chosen(said, QUESTIONS_OF_A_SESSION, ids)
      if (most_embeddings === 0) {
        const stored = await messages.table.maintenance.stored(some.map(each => MESSAGE_PREFIX + each.message_id))
        questions.push(...stored.flatMap(each => (each.scope === scope ? [{ ...each, session_id }] : [])))
        continue
      }
      const asked = some.slice(0, most_embeddings - embedded)
      if (asked.length === 0) break
      const texts = asked.map(each => each.text)
      const answer = await embedder.embed(texts, { purpose: 'memory', signal })
      embedded += texts.length
      questions.push(...answer.vectors.map(vector => ({ scope, session_id, vector })))
      await yieldToEventLoop()
    }
    return { questions, embedded }
  }

  const doubt = async (): Promise<string | undefined> => {
    let pairs = 0
    let most = -1
    for (const { table } of families) {
      for (const scope of chosen(await table.scopes(), DOUBT_SCOPES, ids)) {
        const found = nearestPair(await table.vectorsOf(scope, DOUBT_VECTORS))
        pairs += found.pairs
        most = Math.max(most, found.most)
      }
    }
    return pairs < LEAST_PAIRS || most >= min_similarity
      ? undefined
      : `Nothing reaches memory.longterm.min_similarity (${String(min_similarity)}): of what is remembered, the most alike stand at ${most.toFixed(2)}. \`denidin memory calibrate\` suggests a value.`
  }

  return {
    thresholdWarning: doubt,
    rebuild: async ({ signal, progress }) => {
      let before = 0
      for (const { space, index } of families) {
        signal?.throwIfAborted()
        if (!(await vectors.holds(space))) continue
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
    },

    verify: async run => {
      const look = async (repair: boolean): ReturnType<VerifiablePart['verify']> => {
        let looked_at = 0
        const findings: Finding[] = []
        const progress = (done: number): void => run.progress(looked_at + done)
        for (const family of families) {
          await family.syncNow()
          const parts_of = [verifyVectors(family, vectors)]
          // Without a vector there is nothing to look for, and no server to start for it.
          if (await vectors.holds(family.space)) parts_of.push(indexPart(family))
          for (const part of parts_of) {
            const found = await part.verify({ ...run, repair, progress })
            looked_at += found.looked_at
            findings.push(...found.findings)
          }
          if (repair) await repairVectors(family, vectors)
        }
        for (const part of parts.others) {
          const found = await part.verify({ ...run, repair, progress })
          looked_at += found.looked_at
          findings.push(...found.findings)
        }
        return { looked_at, findings }
      }
      const first = await look(run.repair)
      if (first.findings.length === 0) return { ...first, in_order: true }
      return { ...first, in_order: run.repair && (await look(false)).findings.length === 0 }
    },

    calibrate: async ({ most_embeddings, signal }): Promise<Calibration> => {
      const remembered = await memorySamples(memories.table, parts.memoryStore, ids)
      const most = embedder.provider === 'offline' ? FREE_EMBEDDINGS : most_embeddings
      const { questions, embedded } = await questionsOf(remembered, most, signal)
      const { related, unrelated } = await comparePairs(questions, remembered, ids)
      const suggested = suggestThreshold(related, unrelated)
      const percent = (values: readonly number[], at: number | undefined): number | undefined =>
        at === undefined || values.length === 0 ? undefined : round(100 * shareAbove(values, at))
      return {
        model: embedder.model,
        min_similarity,
        suggested,
        embedded,
        related_above: percent(related, suggested),
        unrelated_above: percent(unrelated, suggested),
        related_above_now: percent(related, min_similarity),
        unrelated_above_now: percent(unrelated, min_similarity),
        related: distributionOf(related),
        unrelated: distributionOf(unrelated),
      }
    },

    stats: async () => {
      const left = await Promise.all(families.map(each => each.table.maintenance.left()))
      return {
        message_vectors: await vectors.count(messages.space),
        pending_messages: await parts.pendingMessages(),
        rebuild_left: left.reduce((sum, each) => sum + (each?.vectors ?? 0), 0),
        spaces: await spaces(),
      }
    },

    pruneSpaces: async signal => {
      const unused = (await spaces()).filter(each => each.use === 'unused')
      for (const { space } of unused) {
        while (!(await vectors.dropSpace(space))) {
          signal.throwIfAborted()
          await yieldToEventLoop()
        }
      }
      if (unused.length > 0) await memories.syncNow()
      return unused.map(({ space, vectors: count }) => ({ space, vectors: count }))
    },
  }
}

const indexPart = ({ source, index }: IndexedSource): VerifiablePart => ({
  name: `index of ${source.name}`,
  verify: async run => {
    const found = await index.verify(run)
    const findings = (['missing', 'foreign', 'misplaced', 'altered'] as const)
      .map(what => ({ part: `index of ${source.name}`, what, count: found[what] }))
      .filter(each => each.count > 0)
    return { looked_at: found.looked_at, findings }
  },
})
