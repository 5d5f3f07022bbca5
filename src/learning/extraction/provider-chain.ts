/** Asks one provider after the other for facts; where none can say, rules do. */
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { DAY_MS, SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError, type DenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Entity } from '../../memory/memory.ts'
import type { LanguageModel } from '../../models/language-model.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { Absences, type PerhapsAbsent } from './provider-cooldown.ts'
import { readAnswer, type AnsweredFact, type Answer } from './parse-response.ts'
import type { ExtractedFact, Extraction, ExtractionInput, ExtractionManner, Extractor } from './extraction.ts'
import { activityOf, importanceOf } from './importance.ts'
import { factsByRules, reflectionByRules } from './keyword-rules.ts'
import { sourceOf } from './quote-verification.ts'
import { extractionRequest, type ExtractionRequest } from './prompt.ts'

/** What the rules are called in the log of uses. */
const RULES = 'pattern'
const BACKOFF: Backoff = { first_ms: SECOND_MS / 2, most_ms: 2 * SECOND_MS }
const MOST_ENTITIES = 12

/** A model that may be asked for facts. Its calls have their deadline and are metered; they are not repeated. */
export interface ExtractionProvider extends PerhapsAbsent {
  readonly model: LanguageModel
}

export interface ProviderChainDeps {
  /** In the order in which they are asked; none: the rules alone. */
  readonly providers: readonly ExtractionProvider[]
  /** Attempts of one provider after the first, where it may be well again. */
  readonly retries: number
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
}

/** An extractor over a row of providers. */
export const createProviderChain = (parts: ProviderChainDeps): Extractor => {
  const { clock, metrics } = parts
  const logger = parts.logger.for('learning')
  const absences = new Absences(clock, parts.ids)

  const ask = async (
    { model }: ExtractionProvider,
    { request }: ExtractionRequest,
    call: ExtractionManner['call'],
  ): Promise<Answer> => {
    for (let failures = 1; ; failures++) {
      try {
        const completion = await model.complete(request, { ...call, purpose: 'extraction' })
        return readAnswer(completion.text)
      } catch (error) {
        call.signal?.throwIfAborted()
        // What cannot be read would hardly be better the second time.
        if (failures > parts.retries || !asDenidinError(error).retryable) throw error
        await clock.sleep(backoffDelay(BACKOFF, failures, parts.ids), call.signal)
      }
    }
  }

  const extract = async (input: ExtractionInput, manner: ExtractionManner): Promise<Omit<Extraction, TookField>> => {
    const request = extractionRequest(input, parts.tokens)
    let passing: DenidinError | undefined
    for (const provider of parts.providers.filter(each => !absences.holds(each))) {
      try {
        const answer = await ask(provider, request, manner.call)
        absences.answered(provider)
        return { provider: provider.name, ...understood(answer, request, input) }
      } catch (error) {
        manner.call.signal?.throwIfAborted()
        const failure = asDenidinError(error)
        if (failure.retryable) passing ??= failure
        metrics.count('extractions_failed')
        const known = absences.failed(provider, failure)
        const fields = { provider: provider.name, reason: failure.message }
        if (known) logger.debug('A provider is still not there', fields)
        else logger.warn('A provider extracted no facts', fields)
      }
    }
    if (manner.patient && passing !== undefined) throw passing
    return { provider: RULES, facts: factsByRules(input), unfound: 0, reflection: reflectionByRules(input.messages) }
  }

  return {
    extract: async (input, manner) => {
      const began = clock.now()
      const extraction = await extract(input, manner)
      if (extraction.unfound > 0) metrics.count('quotes_not_found', extraction.unfound)
      return { ...extraction, extraction_time_ms: clock.now() - began }
    },
  }
}

type TookField = 'extraction_time_ms'

/** The facts of an answer whose quotes stand in a source. */
const understood = (
  answer: Answer,
  { lines }: ExtractionRequest,
  input: ExtractionInput,
): Pick<Extraction, 'facts' | 'unfound' | 'reflection'> => {
  const facts = answer.facts.flatMap(fact => {
    const source = sourceOf(fact.quote, lines[(fact.message ?? 0) - 1]?.message_id, lines)
    return source === undefined ? [] : [toFact(fact, source, input)]
  })
  return { facts, unfound: answer.facts.length - facts.length, reflection: answer.reflection }
}

const toFact = (fact: AnsweredFact, source: ExtractedFact['source'], input: ExtractionInput): ExtractedFact => {
  const valid_from = instant(fact.from)
  const until = instant(fact.to)
  const valid_to = until === undefined ? undefined : until + (fact.to?.length === DATE_CHARACTERS ? DAY_MS : 0)
  const fits = valid_to === undefined || valid_to > (valid_from ?? Number.NEGATIVE_INFINITY)
  return {
    text: fact.text.replace(/\s+/g, ' '),
    quote: fact.quote,
    source,
    category: fact.category,
    importance: importanceOf(
      fact.importance,
      input.activity ?? activityOf(fact.text, source.person_id, input.messages),
    ),
    ...(fits ? { valid_from, valid_to } : { valid_from: undefined, valid_to: undefined }),
    entities: entitiesOf(fact),
    relations: fact.relationships,
    same_as: input.known[(fact.same_as ?? 0) - 1]?.memory_id,
    replaces: input.known[(fact.replaces ?? 0) - 1]?.memory_id,
  }
}

const DATE_CHARACTERS = 'YYYY-MM-DD'.length

const instant = (day: string | null | undefined): number | undefined => {
  const at = Date.parse(day ?? '')
  return Number.isNaN(at) ? undefined : at
}

/** Named entities; the ends of relations and the tags are concepts where they are nothing else. */
const entitiesOf = ({ entities, relationships, tags }: AnsweredFact): readonly Entity[] => {
  const all = new Map<string, Entity>()
  const concepts = [...relationships.flatMap(({ from, to }) => [from, to]), ...tags]
  for (const entity of [...entities, ...concepts.map((value): Entity => ({ kind: 'concept', value }))]) {
    const key = entity.value.toLowerCase()
    if (!all.has(key)) all.set(key, entity)
  }
  return [...all.values()].slice(0, MOST_ENTITIES)
}
