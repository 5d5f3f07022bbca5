/** One run of learning over the messages of one conversation: extracts facts chunk by chunk, and records the progress. */
import type { Logger } from '../platform/logger.ts'
import { isOfItem } from '../platform/set-aside.ts'
import { BackgroundSlices } from '../platform/urgent-work.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import { personOfScope } from '../messages/scope.ts'
import { valenceOf } from '../text/valence/valence.ts'
import { chunksOf, isSource, type Chunk } from './chunks.ts'
import type { KnownFacts } from './consolidation/fact-consolidator.ts'
import type { ExtractedFact, Extraction, ExtractionOptions } from './extraction/extraction.ts'
import { reflectionByRules } from './extraction/keyword-rules.ts'
import { isQuotedFrom } from './extraction/quote-verification.ts'
import { removeFacts } from './forget-changed-messages.ts'
import type { LearnerDeps, LearningContext, LearningOptions } from './learning-context.ts'
import { addFact, addReports, EMPTY_REPORT, type LearningReport } from './learning-report.ts'
import { digestOf } from './processed-messages.ts'

/**
 * How many known facts the extractor gets, so that it can say which of them are repeated or replaced. It shows a model
 * as many as there is room for.
 */
const MAX_KNOWN = 500

/** A run. The caller makes sure that nothing else learns in the scope meanwhile. */
export class LearningRun {
  readonly #deps: LearnerDeps
  readonly #logger: Logger
  readonly #context: LearningContext
  /** The whole conversation, in order. */
  readonly #messages: readonly MessageRecord[]
  readonly #valences = new Map<MessageRecord, number>()

  constructor(deps: LearnerDeps, context: LearningContext, messages: readonly MessageRecord[]) {
    this.#deps = deps
    this.#logger = deps.logger.for('learning')
    this.#context = context
    this.#messages = messages
  }

  /** Learns from the unprocessed messages. */
  async learn(unprocessed: ReadonlySet<MessageId>, options: LearningOptions): Promise<LearningReport> {
    const removed_ids = await this.#removeUnfinished(unprocessed)
    const chunks = chunksOf(this.#messages, unprocessed)
    if (chunks.length === 0) return EMPTY_REPORT
    // Opened once: facts of one chunk are known to the next one.
    const known = await this.#deps.consolidator.open(this.#context.scope)
    let report: LearningReport = { ...EMPTY_REPORT, removed_ids }
    for (const chunk of chunks) report = addReports(report, await this.#learnFrom(chunk, known, options))
    await this.#refreshProfile(report, known)
    return report
  }

  /** A person has a profile after their first conversation, not only after the next run of the agent. */
  async #refreshProfile({ added, restated, ended }: LearningReport, known: KnownFacts): Promise<void> {
    const { scope } = this.#context
    if (added + restated + ended === 0) return
    const { facts, setAside } = this.#deps
    await setAside.attempt('writing profiles', scope, () => facts.profiles.refresh(scope, known.current()))
  }

  /** Writes a reflection if there is none: the deletion of a message may have removed it. */
  async ensureReflection(): Promise<void> {
    const { session_id } = this.#context
    if (session_id === undefined || (await this.#deps.progress.reflections.of(session_id)) !== undefined) return
    // Read again: some may have been forgotten while the model worked.
    const sources = (await this.#deps.messages.ofSession(session_id)).filter(isSource)
    if (sources.length > 0) await this.#reflect(session_id, sources, reflectionByRules(sources))
  }

  /**
   * An earlier run may have stored facts and ended before it marked the messages as processed: its facts are removed
   * and learned again. @returns their ids
   */
  async #removeUnfinished(unprocessed: ReadonlySet<MessageId>): Promise<readonly string[]> {
    const { scope } = this.#context
    const candidates = await this.#deps.facts.memories.ofSources(scope, [...unprocessed])
    const unfinished = candidates.filter(
      memory => memory.kind === 'fact' && memory.sources.every(id => unprocessed.has(id)),
    )
    await removeFacts(this.#deps.facts, scope, unfinished)
    return unfinished.map(({ memory_id }) => memory_id)
  }

  /**
   * Learns from a chunk, or from each of its messages separately if one of them makes the chunk fail: that one is set
   * aside.
   */
  async #learnFrom(chunk: Chunk, known: KnownFacts, options: LearningOptions): Promise<LearningReport> {
    try {
      return await this.#learnChunk(chunk, known, options)
    } catch (error) {
      if (options.signal?.aborted === true || !isOfItem(error)) throw error
    }
    let report = EMPTY_REPORT
    for (const source of chunk.sources) {
      const alone = { messages: chunk.messages, sources: [source] }
      const attempt = await this.#deps.setAside.attempt('learning', source.message_id, () =>
        this.#learnChunk(alone, known, options),
      )
      if (attempt.done) report = addReports(report, attempt.result)
      else await this.#markProcessed(alone, await this.#reflectionSoFar())
    }
    return report
  }

  async #learnChunk(chunk: Chunk, known: KnownFacts, options: LearningOptions): Promise<LearningReport> {
    const { patient, activity } = options
    const call = this.#call(options.signal)
    const extraction = await this.#deps.extractor.extract(
      {
        messages: chunk.messages,
        sources: new Set(chunk.sources.map(message => message.message_id)),
        known: await known.nearest(
          chunk.sources.map(message => message.text),
          MAX_KNOWN,
        ),
        so_far: await this.#reflectionSoFar(),
        activity,
      },
      { patient, call },
    )
    const report = await this.#consolidate(extraction, known, call)
    await this.#recordUse(extraction, report)
    await this.#markProcessed(chunk, extraction.reflection)
    this.#reportProgress(chunk, extraction, report)
    return report
  }

  #call(signal: AbortSignal | undefined): ExtractionOptions['call'] {
    const { scope, chat_id } = this.#context
    const person_id = personOfScope(scope)
    return {
      chat_id,
      ...(person_id === undefined ? {} : { person_id }),
      ...(signal === undefined ? {} : { signal }),
    }
  }

  async #reflectionSoFar(): Promise<string | undefined> {
    const { session_id } = this.#context
    return session_id === undefined ? undefined : (await this.#deps.progress.reflections.of(session_id))?.text
  }

  async #consolidate(
    extraction: Extraction,
    known: KnownFacts,
    call: ExtractionOptions['call'],
  ): Promise<LearningReport> {
    const { provider, extraction_time_ms } = extraction
    let report: LearningReport = { ...EMPTY_REPORT, provider, extraction_time_ms }
    const slices = new BackgroundSlices()
    for (const fact of await this.#stillSaid(extraction.facts)) {
      const attempt = await this.#deps.setAside.attempt('storing facts', fact.source.message_id, async () => {
        const result = await known.consolidate(fact, this.#context.session_id, call)
        const { memory_id } = result
        await this.#deps.facts.memoryLog.relate(fact.relations.map(relation => ({ ...relation, memory_id })))
        return result
      })
      if (attempt.done) report = addFact(report, attempt.result, fact)
      await slices.pause()
    }
    return report
  }

  /** The facts whose quotes their messages still contain: a message may be edited or deleted while the model works. */
  async #stillSaid(facts: readonly ExtractedFact[]): Promise<readonly ExtractedFact[]> {
    const current = await this.#deps.messages.current(facts.map(fact => fact.source.message_id))
    const slices = new BackgroundSlices()
    const said: ExtractedFact[] = []
    for (const fact of facts) {
      const source = current.get(fact.source.message_id)
      if (source !== undefined && isQuotedFrom(source, fact.quote)) said.push(fact)
      await slices.pause()
    }
    return said.sort((a, b) => a.source.sent_at - b.source.sent_at)
  }

  async #recordUse({ provider }: Extraction, { memory_ids }: LearningReport): Promise<void> {
    const { scope } = this.#context
    const at = this.#deps.clock.now()
    const used = memory_ids.length === 0 ? [undefined] : memory_ids
    await this.#deps.facts.memoryLog.accessed(
      used.map(memory_id => ({ scope, memory_id, type: `extract:${provider}`, at })),
    )
  }

  /** Last step of a chunk: a crash before it only means that the chunk is learned from again. */
  async #markProcessed({ sources }: Pick<Chunk, 'sources'>, reflection: string | undefined): Promise<void> {
    const { session_id, scope, progress_id = session_id } = this.#context
    if (progress_id === undefined) return
    const { processedMessages } = this.#deps.progress
    if (session_id !== undefined && reflection !== undefined)
      await this.#reflect(session_id, this.#messages.filter(isSource), reflection)
    const gone = await this.#goneOf(sources)
    const processed = sources
      .filter(({ message_id }) => !gone.has(message_id))
      .map(({ message_id, text }) => ({ message_id, digest: digestOf(text) }))
    await processedMessages.add({ session_id: progress_id, scope }, processed)
    await processedMessages.remove([...(await this.#goneOf(sources))])
  }

  /** Writes a reflection on messages, unless one of them was forgotten meanwhile: the text may contain its words. */
  async #reflect(session_id: string, sources: readonly MessageRecord[], text: string): Promise<void> {
    const { reflections } = this.#deps.progress
    if ((await this.#goneOf(sources)).size > 0) return
    const valence = await this.#meanValence(sources)
    const { scope } = this.#context
    await reflections.put({ session_id, scope, text, valence, created_at: this.#deps.clock.now() })
    // An erasure may have happened between the check and the write; a later one finds the reflection.
    if ((await this.#goneOf(sources)).size > 0) await reflections.remove(session_id)
  }

  /** Each message is read once per run, and other work gets its turn between two messages. */
  async #meanValence(messages: readonly MessageRecord[]): Promise<number> {
    const slices = new BackgroundSlices()
    let sum = 0
    for (const message of messages) {
      const valence = this.#valences.get(message) ?? valenceOf(message.text)
      this.#valences.set(message, valence)
      sum += valence
      await slices.pause()
    }
    return messages.length === 0 ? 0 : sum / messages.length
  }

  /** Which of these messages are no longer stored. */
  async #goneOf(messages: readonly MessageRecord[]): Promise<ReadonlySet<MessageId>> {
    const ids = messages.map(message => message.message_id)
    const current = await this.#deps.messages.current(ids)
    return new Set(ids.filter(id => !current.has(id)))
  }

  #reportProgress({ sources }: Chunk, extraction: Extraction, report: LearningReport): void {
    const { metrics } = this.#deps
    metrics.count('facts_learnt', report.added)
    metrics.count('facts_restated', report.restated)
    metrics.count('facts_ended', report.ended)
    this.#logger.info('Learned from messages', {
      session_id: this.#context.session_id,
      provider: extraction.provider,
      extraction_time_ms: Math.round(extraction.extraction_time_ms),
      messages: sources.length,
      facts: report.added,
      restated: report.restated,
      ended: report.ended,
      unfound: extraction.quotes_not_found,
      not_meant: extraction.not_meant,
    })
  }
}
