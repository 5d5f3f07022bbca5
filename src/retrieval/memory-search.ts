/**
 * The search over long-term memory and messages. Facts are queried once: they are hits themselves, and they point to
 * messages.
 */
import { NO_FACTS, type FactHits, type FactSearch } from '../memory/fact-search.ts'
import type { MessageId } from '../messages/message.ts'
import type { ScopeEntry, SearchScope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import type { ZoneOf } from '../people/personal-zones.ts'
import { SECOND_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import { once } from '../platform/once.ts'
import { timeOwnWork } from '../platform/trace.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { QuestionWords } from '../text/passages.ts'
import type { MemoryRecord, RecalledMemory } from '../memory/memory.ts'
import { endedBy, type EarlierStatement } from './later-statements.ts'
import type { MessageHits, MessageLimits, MessageQuestion, MessageSearch } from './message-search.ts'
import { scopeEntries, type SpeakerGroups } from './scope-entries.ts'
import type { ScopePolicy } from './scope-policy.ts'
import type { SearchHits, SearchLimits, SearchQuery, SearchService } from './search-service.ts'

/** A query whose question is the same object in each search for it, so that it is parsed once. */
interface AskedQuery extends SearchQuery {
  readonly question: () => Promise<MessageQuestion>
}

export interface MemorySearchDeps {
  readonly facts: FactSearch
  readonly messages: MessageSearch
  /** Groups of a person for which memories exist. */
  readonly memories: SpeakerGroups
  readonly zoneOf: ZoneOf
  readonly policy: Pick<ScopePolicy, 'label'>
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export class MemorySearch implements SearchService {
  readonly #deps: MemorySearchDeps
  readonly #logger: Logger

  constructor(deps: MemorySearchDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('memory.recall')
  }

  async search(scope: SearchScope, query: SearchQuery, limits: SearchLimits, call: CallContext): Promise<SearchHits> {
    const { clock, metrics } = this.#deps
    return await timeOwnWork(
      clock,
      () => this.#search(scope, query, limits, call),
      own_ms => {
        metrics.observe('retrieval_seconds', { purpose: call.purpose }, own_ms / SECOND_MS)
      },
    )
  }

  async #search(scope: SearchScope, query: SearchQuery, limits: SearchLimits, call: CallContext): Promise<SearchHits> {
    const { messages, memories } = this.#deps
    const { apart } = limits
    const newest = messages.indexNewest(scope, message_ids => leavesOut(limits, message_ids))
    // The newest messages may be in further groups of the speaker, so they must be indexed first.
    if (scope.speaker !== undefined) await newest
    const entries = await scopeEntries(scope, [messages, memories])
    const facts = this.#findFacts(entries, query, call)
    const asked = { ...query, question: once(() => this.#questionOf(query)) }
    const [{ found, failure }, { quotes, most_quotes, words }, here] = await Promise.all([
      facts,
      newest.then(() => this.#findMessages(entries, asked, limits, facts, call)),
      apart === undefined
        ? NO_MESSAGES
        : newest.then(() => this.#findApart(entries, asked, { ...limits, apart }, facts, call)),
    ])
    const marked = await this.#markEnds(entries, found.memories, limits.asking)
    return {
      memories: await this.#deps.policy.label(scope, marked, each => each.memory.scope),
      quotes: await this.#deps.policy.label(scope, quotes, each => each.scope),
      apart: here.quotes,
      most_quotes,
      words,
      failure,
    }
  }

  /** The messages of `apart`, which belong to the first entry. */
  async #findApart(
    entries: readonly ScopeEntry[],
    asked: AskedQuery,
    { apart, asking = [] }: SearchLimits & Required<Pick<SearchLimits, 'apart'>>,
    facts: Promise<{ readonly found: FactHits }>,
    call: CallContext,
  ): Promise<MessageHits> {
    const limits = { quotes: MOST_APART, within: apart, asking }
    return await this.#findMessages(entries.slice(0, 1), asked, limits, facts, call)
  }

  async #questionOf(query: SearchQuery): Promise<MessageQuestion> {
    const { clock, zoneOf } = this.#deps
    return { ...query, zone: query.asker === undefined ? clock.zone : await zoneOf(query.asker) }
  }

  async #findFacts(
    entries: readonly ScopeEntry[],
    { text }: SearchQuery,
    call: CallContext,
  ): Promise<{ readonly found: FactHits; readonly failure: string | undefined }> {
    const { facts, clock, metrics } = this.#deps
    const begun = clock.monotonic()
    try {
      const found = await facts.findFacts(entries, text, call)
      const best = found.memories[0]?.similarity
      if (best !== undefined) metrics.observe('recall_similarity', {}, best)
      this.#logger.debug('Memories found', {
        count: found.memories.length,
        best_similarity: best?.toFixed(3),
        took_ms: clock.monotonic() - begun,
      })
      if (found.failure !== undefined) this.#countFailure(found.failure, begun)
      return { found, failure: found.failure }
    } catch (error) {
      const failure = asDenidinError(error).message
      this.#countFailure(failure, begun)
      return { found: NO_FACTS, failure }
    }
  }

  #countFailure(why: string, begun: number): void {
    this.#deps.metrics.count('recall_failures')
    this.#logger.warn('Memories could not be recalled', { why, took_ms: this.#deps.clock.monotonic() - begun })
  }

  /** Adds to memories what was said later about the same thing, because that may not have been learned yet. */
  async #markEnds(
    entries: readonly ScopeEntry[],
    recalled: readonly RecalledMemory[],
    asking?: readonly MessageId[],
  ): Promise<readonly RecalledMemory[]> {
    if (recalled.length === 0) return recalled
    try {
      const later = await this.#deps.messages.findLater(
        entries,
        recalled.flatMap(({ memory }) => toStatement(memory)),
        asking,
      )
      return recalled.map(each => ({ ...each, ...endedBy(later.get(each.memory.memory_id)) }))
    } catch (error) {
      this.#logger.warn('Later statements could not be searched for', { why: asDenidinError(error).message })
      return recalled
    }
  }

  async #findMessages(
    entries: readonly ScopeEntry[],
    query: AskedQuery,
    limits: MessageLimits,
    facts: Promise<{ readonly found: FactHits }>,
    call: CallContext,
  ): Promise<MessageHits> {
    if (query.messages === 'none') return NO_MESSAGES
    const { messages, clock, metrics } = this.#deps
    const begun = clock.monotonic()
    try {
      const hits =
        query.messages === 'relevant'
          ? await messages.findRelevant(
              entries,
              await query.question(),
              limits,
              async scope => (await facts).found.similar.get(scope) ?? [],
              call,
            )
          : {
              quotes: await messages.findAllWords(entries, query.text, limits),
              most_quotes: limits.quotes,
              words: NO_WORDS,
            }
      this.#logger.debug('Messages found', { count: hits.quotes.length, took_ms: clock.monotonic() - begun })
      return hits
    } catch (error) {
      metrics.count('recall_failures')
      this.#logger.warn('Messages could not be recalled', { why: asDenidinError(error).message })
      return NO_MESSAGES
    }
  }
}

/** The statement of a memory, if the memory belongs to one person. */
const toStatement = ({
  memory_id: id,
  scope,
  person_ids,
  text,
  said_to,
  sources,
}: MemoryRecord): EarlierStatement[] => {
  const [person_id] = person_ids
  if (person_id === undefined || person_ids.length > 1) return []
  return [{ id, scope, person_id, text, said_at: said_to, message_ids: sources }]
}

/** Most messages that are found apart. */
const MOST_APART = 20

/** Whether a search finds none of these messages: there are few of them, but a session has thousands to leave out. */
const leavesOut = (
  { exclude = [], apart = [] }: Pick<SearchLimits, 'exclude' | 'apart'>,
  message_ids: readonly MessageId[],
): boolean => {
  const left = new Set(message_ids)
  for (const id of apart) if (left.has(id)) return false
  for (const id of exclude) left.delete(id)
  return left.size === 0
}

const NO_WORDS: QuestionWords = new Map()
const NO_MESSAGES: MessageHits = { quotes: [], most_quotes: 0, words: NO_WORDS }
