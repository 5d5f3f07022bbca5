/** Learns from conversations: facts out of what people said, once for each message, and one reflection a session. */
import type { Clock } from '../platform/clock.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { MemoryLog } from '../memory/memory-log.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { personOfScope, type Scope } from '../messages/scope.ts'
import type { SessionLedger, SessionTransfers } from '../sessions/session-ledger.ts'
import { chunksOf, isSource } from './chunks.ts'
import type { Book } from './consolidation/consolidation.ts'
import type { ExtractedFact, Extraction, ExtractionManner, Extractor } from './extraction/extraction.ts'
import { reflectionByRules } from './extraction/keyword-rules.ts'
import { meanValence } from '../text/valence/valence.ts'
import { quotes } from './extraction/quote-verification.ts'
import { digestOf, type ProcessedMessages, type Reflection, type Reflections } from './processed-messages.ts'
import { NOTHING_LEARNT, sum, withFact, type LearningReport } from './learning-report.ts'

/** Facts that the extractor is shown, so that it may say what is repeated and what is replaced. */
const MOST_KNOWN = 20

export interface LearnerDeps {
  readonly messages: Pick<MessageStore, 'history'>
  readonly ledger: SessionLedger & SessionTransfers
  readonly memories: MemoryStore
  readonly memory: Pick<LongTermMemory, 'store' | 'deleteVectors'>
  readonly memoryLog: MemoryLog
  readonly processedMessages: ProcessedMessages
  readonly reflections: Reflections
  readonly extractor: Extractor
  readonly openBook: (scope: Scope) => Promise<Book>
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface LearningOptions {
  /** Whether it may fail where a model may be well again later; otherwise rules stand in. */
  readonly patient: boolean
  readonly signal?: AbortSignal | undefined
  /** How much the persons have to do with it, 0 to 1; left open, it is measured by what they said. */
  readonly activity?: number | undefined
}

/** Whose words they are, and where they are put down. */
export interface LearningPlace {
  readonly scope: Scope
  readonly chat_id: string
  readonly session_id: string | undefined
}

export interface Learner {
  /** Takes facts from what a session said since it was last learned from. Safe to repeat. */
  learn(session_id: string, options: LearningOptions): Promise<LearningReport>
  /** The same for messages of no session. */
  learnFrom(place: LearningPlace, said: readonly MessageRecord[], options: LearningOptions): Promise<LearningReport>
  /** Runs an act while nothing is learned in a scope. */
  alone<T>(scope: Scope, act: () => Promise<T>): Promise<T>
  /** How many messages of a session have given nothing yet. */
  unprocessedCount(session_id: string): Promise<number>
  /**
   * Forgets what came from words of a session that were changed or deleted since; sessions that were stored and have
   * to be learned from again wait for it afterwards. False when this one was never learned from.
   */
  relearn(session_id: string): Promise<boolean>
}

export const createLearner = (parts: LearnerDeps): Learner => {
  const { messages, ledger, memories, processedMessages: learnt, reflections, clock, metrics } = parts
  const logger = parts.logger.for('learning')
  const lanes = new KeyedQueue<Scope>()

  const forget = async (scope: Scope, memory_ids: readonly string[]): Promise<void> => {
    if (memory_ids.length === 0) return
    await memories.remove(scope, memory_ids)
    await parts.memory.deleteVectors(memory_ids)
  }

  /** What a run left behind that ended before its messages counted as learnt: it is made again. */
  const clear = async (scope: Scope, message_ids: ReadonlySet<MessageId>): Promise<void> => {
    const left = await memories.ofSources(scope, [...message_ids])
    const unfinished = left.filter(each => each.kind === 'fact' && each.sources.every(id => message_ids.has(id)))
    await forget(
      scope,
      unfinished.map(memory => memory.memory_id),
    )
  }

  /** The facts whose words still stand as they were read. */
  const standing = async (facts: readonly ExtractedFact[]): Promise<readonly ExtractedFact[]> => {
    const current = await messages.history.current(facts.map(fact => fact.source.message_id))
    return facts
      .filter(fact => quotes(current.get(fact.source.message_id)?.text ?? '', fact.quote))
      .sort((a, b) => a.source.sent_at - b.source.sent_at)
  }

  const reflect = async (
    session: Pick<Reflection, 'session_id' | 'scope'>,
    said: readonly MessageRecord[],
    text: string,
  ): Promise<void> => {
    const valence = meanValence(said.filter(isSource).map(message => message.text))
    await reflections.put({ ...session, text, valence, created_at: clock.now() })
  }

  const keep = async (
    place: LearningPlace,
    { said, sources }: { readonly said: readonly MessageRecord[]; readonly sources: readonly MessageRecord[] },
    extraction: Extraction,
    book: Book,
    call: ExtractionManner['call'],
  ): Promise<LearningReport> => {
    const { scope, session_id } = place
    let report: LearningReport = {
      ...NOTHING_LEARNT,
      provider: extraction.provider,
      extraction_time_ms: extraction.extraction_time_ms,
    }
    for (const fact of await standing(extraction.facts)) {
      const taken = await book.take(fact, session_id, call)
      const { memory_id } = taken
      await parts.memoryLog.relate(fact.relations.map(relation => ({ ...relation, memory_id })))
      report = withFact(report, taken, fact)
    }
    const used = report.memory_ids.length === 0 ? [undefined] : report.memory_ids
    const at = clock.now()
    await parts.memoryLog.accessed(
      used.map(memory_id => ({ scope, memory_id, type: `extract:${extraction.provider}`, at })),
    )
    if (session_id !== undefined) {
      await reflect({ session_id, scope }, said, extraction.reflection)
      await learnt.add(
        { session_id, scope },
        sources.map(({ message_id, text }) => ({ message_id, digest: digestOf(text) })),
      )
    }
    metrics.count('facts_learnt', report.added)
    metrics.count('facts_restated', report.restated)
    metrics.count('facts_ended', report.ended)
    logger.info('Learned from what was said', {
      session_id,
      provider: extraction.provider,
      extraction_time_ms: Math.round(extraction.extraction_time_ms),
      messages: sources.length,
      facts: report.added,
      restated: report.restated,
      ended: report.ended,
      unfound: extraction.unfound,
    })
    return report
  }

  const learnChunks = async (
    place: LearningPlace,
    said: readonly MessageRecord[],
    fresh: ReadonlySet<MessageId>,
    { patient, signal, activity }: LearningOptions,
  ): Promise<LearningReport> => {
    const person_id = personOfScope(place.scope)
    const call = {
      chat_id: place.chat_id,
      ...(person_id === undefined ? {} : { person_id }),
      ...(signal === undefined ? {} : { signal }),
    }
    let report = NOTHING_LEARNT
    await clear(place.scope, fresh)
    for (const chunk of chunksOf(said, fresh)) {
      const book = await parts.openBook(place.scope)
      const texts = chunk.sources.map(message => message.text)
      const so_far = place.session_id === undefined ? undefined : (await reflections.of(place.session_id))?.text
      const extraction = await parts.extractor.extract(
        {
          messages: chunk.messages,
          sources: new Set(chunk.sources.map(message => message.message_id)),
          known: await book.nearest(texts, MOST_KNOWN),
          so_far,
          activity,
        },
        { patient, call },
      )
      report = sum(report, await keep(place, { said, sources: chunk.sources }, extraction, book, call))
    }
    return report
  }

  const freshOf = async (session_id: string, said: readonly MessageRecord[]): Promise<ReadonlySet<MessageId>> => {
    const before = await learnt.of(session_id)
    return new Set(
      said
        .filter(isSource)
        .map(message => message.message_id)
        .filter(message_id => !before.has(message_id)),
    )
  }

  const learn: Learner['learn'] = async (session_id, options) => {
    const session = await ledger.find(session_id)
    if (session === undefined) return NOTHING_LEARNT
    const { scope, chat_id } = session
    return await lanes.run(scope, async () => {
      const said = await messages.history.ofSession(session_id)
      const place = { scope, chat_id, session_id }
      const report = await learnChunks(place, said, await freshOf(session_id, said), options)
      // What was taken back may have taken the reflection with it.
      if ((await reflections.of(session_id)) === undefined && said.some(isSource)) {
        await reflect({ session_id, scope }, said, reflectionByRules(said.filter(isSource)))
      }
      return report
    })
  }

  const relearn: Learner['relearn'] = async session_id => {
    const session = await ledger.find(session_id)
    if (session === undefined) return false
    const { scope } = session
    return await lanes.run(scope, async () => {
      const before = await learnt.of(session_id)
      if (before.size === 0) return false
      const now = new Map(
        (await messages.history.ofSession(session_id)).map(each => [each.message_id, digestOf(each.text)]),
      )
      const gone = [...before.values()].filter(({ message_id, digest }) => now.get(message_id) !== digest)
      const lost = gone.map(message => message.message_id)
      const made = (await memories.ofSources(scope, lost)).filter(memory => memory.kind === 'fact')
      // Others said the same: they are heard again, so that what they said is not lost with it.
      const others = made.flatMap(memory => memory.sources).filter(message_id => !lost.includes(message_id))
      // First they wait again, then what they gave goes: a crash in between leaves it to be made anew, not lost.
      for (const each of new Set([session_id, ...(await learnt.sessionsOf(others))])) {
        await ledger.reopen(each, clock.now())
      }
      await learnt.remove(others)
      await forget(
        scope,
        made.map(memory => memory.memory_id),
      )
      await reflections.remove(session_id)
      await learnt.remove(lost)
      logger.info('Forgot what came from words that were changed or taken back', { session_id, facts: made.length })
      return true
    })
  }

  return {
    learn,
    relearn,
    alone: (scope, act) => lanes.run(scope, act),
    learnFrom: (place, said, options) =>
      lanes.run(place.scope, () =>
        learnChunks(place, said, new Set(said.filter(isSource).map(each => each.message_id)), options),
      ),
    unprocessedCount: async session_id =>
      (await freshOf(session_id, await messages.history.ofSession(session_id))).size,
  }
}
