/** Measures how similar questions are to memories of their own session and to others, and suggests a threshold. */
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Embedder } from '../../models/embedder.ts'
import type { CollectionAllocator } from '../collection-allocator.ts'
import { itemOfMessage } from '../item-id.ts'
import { distributionOf, round, shareAbove, suggestThreshold, type Calibration } from './calibration.ts'
import { chosen, comparePairs, memorySamples, type MemorySessions, type Sample } from './calibration-pairs.ts'

/** Most questions that are embedded for a calibration if the embedder costs nothing. */
const FREE_EMBEDDINGS = 200
/** Most questions of one session: more would describe only that session. */
const QUESTIONS_OF_A_SESSION = 5

/** The messages of a session, from the message store. */
export interface SessionMessages {
  ofSession(
    session_id: string,
  ): Promise<readonly { readonly message_id: string; readonly role: 'user' | 'assistant'; readonly text: string }[]>
}

export interface CalibrateDeps {
  readonly memoryTable: CollectionAllocator
  readonly messageTable: CollectionAllocator
  readonly memories: MemorySessions
  readonly history: SessionMessages
  readonly embedder: Embedder
  readonly min_similarity: number
  readonly ids: Ids
}

export interface CalibrateRun {
  /** Most questions that may be embedded; 0: only stored vectors are used. */
  readonly most_embeddings: number
  readonly signal: AbortSignal
}

/** @throws DenidinError as the embedder does */
export const calibrate = async (
  deps: CalibrateDeps,
  { most_embeddings, signal }: CalibrateRun,
): Promise<Calibration> => {
  const { embedder, min_similarity, ids } = deps
  const remembered = await memorySamples(deps.memoryTable, deps.memories, ids)
  const most = embedder.provider === 'offline' ? FREE_EMBEDDINGS : most_embeddings
  const { questions, embedded } = await questionsOf(deps, remembered, most, signal)
  const { related, unrelated } = await comparePairs(questions, remembered, ids)
  const suggested = suggestThreshold(related, unrelated)
  return {
    model: embedder.model,
    min_similarity,
    suggested,
    embedded,
    related_above: percentAbove(related, suggested),
    unrelated_above: percentAbove(unrelated, suggested),
    related_above_now: percentAbove(related, min_similarity),
    unrelated_above_now: percentAbove(unrelated, min_similarity),
    related: distributionOf(related),
    unrelated: distributionOf(unrelated),
  }
}

const percentAbove = (values: readonly number[], threshold: number | undefined): number | undefined =>
  threshold === undefined || values.length === 0 ? undefined : round(100 * shareAbove(values, threshold))

/** The questions asked in the sessions of these memories, as stored vectors or newly embedded. */
const questionsOf = async (
  deps: CalibrateDeps,
  remembered: readonly Sample[],
  most_embeddings: number,
  signal: AbortSignal,
): Promise<{ readonly questions: readonly Sample[]; readonly embedded: number }> => {
  const sessions = new Map(remembered.flatMap(each => (each.session_id === undefined ? [] : [[each.session_id, each]])))
  const questions: Sample[] = []
  let embedded = 0
  for (const [session_id, { scope }] of sessions) {
    signal.throwIfAborted()
    const said = (await deps.history.ofSession(session_id)).filter(each => each.role === 'user')
    const some = chosen(said, QUESTIONS_OF_A_SESSION, deps.ids)
    if (most_embeddings === 0) {
      const stored = await deps.messageTable.maintenance.stored(some.map(each => itemOfMessage(each.message_id)))
      questions.push(...stored.flatMap(each => (each.scope === scope ? [{ ...each, session_id }] : [])))
      continue
    }
    const texts = some.slice(0, most_embeddings - embedded).map(each => each.text)
    if (texts.length === 0) break
    const { vectors } = await deps.embedder.embed(texts, { purpose: 'memory', signal })
    embedded += texts.length
    questions.push(...vectors.map(vector => ({ scope, session_id, vector })))
    await yieldToEventLoop()
  }
  return { questions, embedded }
}
