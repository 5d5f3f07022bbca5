import { scopeOfPerson } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import { asDenidinError } from '../platform/errors.ts'
import { yieldToEventLoop } from '../platform/yield.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { MessageSearch } from './message-search.ts'
import { createMessageRecall, type MessageRecallDeps } from './create-message-recall.ts'
import type { IndexedPersons, FullTextIndex } from './full-text/full-text-index.ts'
import { FullTextIndexer, type FullTextIndexerDeps } from './full-text/full-text-indexer.ts'
import { verifyFullTextIndex } from './full-text/verify-full-text-index.ts'

export interface MessageSearchDeps extends Omit<MessageRecallDeps, 'indexer'> {
  readonly index: FullTextIndex & IndexedPersons
  readonly changeLog: FullTextIndexerDeps['changeLog']
  readonly metrics: Metrics
}

/** Recall of messages over an index of words that follows them. */
export const createMessageSearch = (parts: MessageSearchDeps): MessageSearch => {
  const { index, clock, metrics } = parts
  const indexer = new FullTextIndexer(parts)
  const messages = createMessageRecall({ ...parts, indexer })
  const logger = parts.logger.for('memory.recall')
  /** The messages are gone by then: the index follows, and writes over what its files still hold. */
  const letGo = async (): Promise<void> => {
    indexer.requestSync()
    await indexer.whenIdle()
    await index.checkpoint()
  }

  const dropScope = async (person_id: PersonId): Promise<void> => {
    while (!(await index.dropScope(scopeOfPerson(person_id)))) await yieldToEventLoop()
  }

  return {
    personal: {
      name: index.name,
      tables: index.tables,
      count: person_id => index.count(person_id),
      // Messages are handed over by their own store; here are their words once more.
      export: async function* () {},
      erase: async person_id => {
        const before = await index.count(person_id)
        // All at once: to take messages out one by one takes many times as long.
        await dropScope(person_id)
        await letGo()
        // What came into it meanwhile.
        await dropScope(person_id)
        await index.checkpoint()
        return before
      },
      reassign: async (from, to) => {
        if (from === to) return
        await dropScope(from)
        await index.reassign(from, to)
        indexer.requestSync()
      },
    },
    words: verifyFullTextIndex({ ...parts, indexer }),
    recall: async (reach, question, limits, call) => {
      const begun = clock.now()
      try {
        const quotes = await messages.recall(reach, question, limits, call)
        logger.debug('Messages found', { count: quotes.length, took_ms: clock.now() - begun })
        return quotes
      } catch (error) {
        metrics.count('recall_failures')
        logger.warn('Messages could not be recalled', { why: asDenidinError(error).message })
        return []
      }
    },
    requestSync: () => indexer.requestSync(),
    forget: letGo,
    whenIdle: () => indexer.whenIdle(),
    stats: async () => ({ enabled: true, ...(await index.counts()) }),
    [Symbol.asyncDispose]: () => indexer[Symbol.asyncDispose](),
  }
}
