/** Finds the memories that everyone may recall: passages of the knowledge folder, by words and by meaning. */
import { SHARED_SCOPE } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { SourceVectors } from '../vectors/source-vectors.ts'
import { recencyOf } from './fact-ranking.ts'
import { FactWords } from './fact-words.ts'
import type { MemoryReader } from './memory-store.ts'
import type { RecalledMemory } from './memory.ts'

/** What everyone may recall. */
export interface SharedMemory {
  /** The most relevant memories for a question, best first. Never rejects. */
  find(question: string, call: CallContext): Promise<readonly RecalledMemory[]>
}

/** Nothing is shared. */
export const noSharedMemory: SharedMemory = { find: async () => [] }

/** Most memories for one question. */
const MOST_FOUND = 5
/** How many are examined by words, and by meaning. */
const CANDIDATES = 50
/** How many memories can be found by their words. */
const MOST_SEARCHED = 20_000
/** Weight of the words; the similarity has the rest. Either finds a memory alone. */
const WORDS_WEIGHT = 0.6
/** Memories that score less than this share of the best one are left out. */
const LEAST_SHARE_OF_BEST = 0.5

export interface SharedMemoryDeps {
  readonly memories: Pick<MemoryReader, 'get' | 'list' | 'countOfScope'>
  readonly vectors: Pick<SourceVectors, 'ask'>
  readonly clock: Clock
  readonly logger: Logger
}

export const createSharedMemory = ({ memories, vectors, clock, logger }: SharedMemoryDeps): SharedMemory => {
  const words = new FactWords(memories, MOST_SEARCHED)
  const similar = async (question: string, call: CallContext): Promise<ReadonlyMap<string, number>> => {
    try {
      const query = await vectors.ask(SHARED_SCOPE, question, call)
      const found = await query.nearest(SHARED_SCOPE, CANDIDATES)
      return new Map(found.map(each => [each.item_id, each.similarity]))
    } catch (error) {
      logger.for('memory.recall').warn('Shared memories were searched by words only', {
        why: asDenidinError(error).message,
      })
      return new Map()
    }
  }
  const search = async (question: string, call: CallContext): Promise<readonly RecalledMemory[]> => {
    if ((await memories.countOfScope(SHARED_SCOPE)) === 0) return []
    const [by_words, by_meaning] = await Promise.all([
      words.find(SHARED_SCOPE, question, CANDIDATES),
      similar(question, call),
    ])
    const shares = new Map(by_words.map(each => [each.item_id, each.share]))
    const ids = [...new Set([...shares.keys(), ...by_meaning.keys()])]
    const scored = (await memories.get(SHARED_SCOPE, ids)).map((memory): RecalledMemory => {
      const share = shares.get(memory.memory_id) ?? 0
      const similarity = by_meaning.get(memory.memory_id) ?? share
      const score = WORDS_WEIGHT * share + (1 - WORDS_WEIGHT) * (by_meaning.get(memory.memory_id) ?? 0)
      return { memory, similarity, recency: recencyOf(memory.said_to, clock.now()), score }
    })
    const ranked = scored.sort((a, b) => b.score - a.score || a.memory.memory_id.localeCompare(b.memory.memory_id))
    const least = (ranked[0]?.score ?? 0) * LEAST_SHARE_OF_BEST
    return ranked.filter(({ score }) => score >= least).slice(0, MOST_FOUND)
  }
  return {
    find: async (question, call) => {
      try {
        return await search(question, call)
      } catch (error) {
        logger
          .for('memory.recall')
          .warn('Shared memories could not be searched', { why: asDenidinError(error).message })
        return []
      }
    },
  }
}
