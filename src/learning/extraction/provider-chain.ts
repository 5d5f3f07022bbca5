/** Asks one model provider after the other for facts. If none answers, rules extract the facts. */
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { DAY_MS, SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError, type DenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { OutcomeHealth } from '../../platform/outcome-health.ts'
import { BackgroundSlices } from '../../platform/urgent-work.ts'
import type { Entity } from '../../memory/memory.ts'
import { CallRefused } from '../../models/call-refused.ts'
import type { Completion, LanguageModel } from '../../models/language-model.ts'
import { ModelError, modelErrorReason } from '../../models/model-error.ts'
import { ownWords } from '../../messages/message-details.ts'
import { isCorrection } from '../../text/correction.ts'
import { writeOutDates } from '../../text/dates/write-out-dates.ts'
import { zonesOfMessages, type ZoneOf } from '../../people/personal-zones.ts'
import type { TimeZone } from '../../platform/time-zone.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { ProviderCooldown, type CooldownProvider } from './provider-cooldown.ts'
import { factsOfCutResponse, parseResponse, type ExtractionResponse, type ResponseFact } from './parse-response.ts'
import type { ExtractedFact, Extraction, ExtractionInput, ExtractionOptions, Extractor } from './extraction.ts'
import { activityOf, importanceOf } from './importance.ts'
import { factsByRules, reflectionByRules } from './keyword-rules.ts'
import { findCorrection } from './corrections.ts'
import { findSource } from './quote-verification.ts'
import { isSaidAsTrue, isUnaskedSecret } from './stance-verification.ts'
import { ANSWER_MAX_TOKENS, extractionRequest, type ExtractionRequest } from './prompt.ts'
import { halvesOf, partsOf, sourceTokens } from './split-input.ts'

/**
 * Tokens of a request to a model without a known limit. With the answer, this fits into the 8,192 tokens of small local
 * models, some of which silently cut longer requests.
 */
const USUAL_ROOM_TOKENS = 5000
/** Most additional tokens of known facts, for a model that is known to have more room. */
const MOST_KNOWN_TOKENS = 10_000
/** The name of the rules in the usage log. */
const RULES = 'pattern'
const BACKOFF: Backoff = { first_ms: SECOND_MS / 2, most_ms: 2 * SECOND_MS }
const MAX_ENTITIES = 12

/** A model that may be asked for facts. Its calls have a timeout and are metered; it does not retry by itself. */
export interface ExtractionProvider extends CooldownProvider {
  readonly model: LanguageModel
}

export interface ProviderChainDeps {
  /** In the order in which they are asked; if empty, only the rules are used. */
  readonly providers: readonly ExtractionProvider[]
  /** Retries of one provider after a temporary failure. */
  readonly retries: number
  /** Receives whether models extract the facts. */
  readonly health?: Pick<OutcomeHealth, 'failed' | 'succeeded'> | undefined
  readonly tokens: TokenCounter
  /** The zone of each speaker, in which their days count. */
  readonly zoneOf: ZoneOf
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
}

type UntimedExtraction = Omit<Extraction, 'extraction_time_ms'>
type VerifiedFacts = Omit<UntimedExtraction, 'provider'>

/** An extractor over several providers. */
export class ProviderChain implements Extractor {
  readonly #deps: ProviderChainDeps
  readonly #logger: Logger
  readonly #cooldown: ProviderCooldown
  /** Why each provider failed the last time, by its name. */
  readonly #failures = new Map<string, DenidinError>()

  constructor(deps: ProviderChainDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('learning')
    this.#cooldown = new ProviderCooldown(deps.clock, deps.ids)
  }

  async extract(input: ExtractionInput, options: ExtractionOptions): Promise<Extraction> {
    const { clock, metrics } = this.#deps
    const began = clock.monotonic()
    const zone_of = await zonesOfMessages(input.messages, this.#deps.zoneOf, clock.zone)
    const extraction = await this.#askAll({ ...input, zone_of }, options)
    if (extraction.quotes_not_found > 0) metrics.count('quotes_not_found', extraction.quotes_not_found)
    if (extraction.not_meant > 0) metrics.count('facts_not_meant', extraction.not_meant)
    const extraction_time_ms = clock.monotonic() - began
    metrics.observe('extraction_seconds', { provider: extraction.provider }, extraction_time_ms / SECOND_MS)
    return { ...extraction, extraction_time_ms }
  }

  async #askAll(input: ExtractionInput, { patient, call }: ExtractionOptions): Promise<UntimedExtraction> {
    const { providers, health } = this.#deps
    let temporary: DenidinError | undefined
    for (const provider of providers.filter(each => !this.#cooldown.skips(each))) {
      try {
        const extraction = await this.#askInParts(provider, input, call)
        this.#cooldown.recordSuccess(provider)
        this.#failures.delete(provider.name)
        health?.succeeded(`${provider.name} gives the facts`)
        return { provider: provider.name, ...extraction }
      } catch (error) {
        call.signal?.throwIfAborted()
        // Postponed rather than done by worse means: the limit will allow it again.
        if (error instanceof CallRefused) throw error
        const failure = asDenidinError(error)
        this.#failures.set(provider.name, failure)
        if (failure.retryable) temporary ??= failure
        this.#reportFailure(provider, failure)
      }
    }
    if (patient && temporary !== undefined) {
      health?.failed(`Learning waits for a model: ${temporary.message}`, 'degraded')
      throw temporary
    }
    if (providers.length === 0) health?.succeeded('Rules find the facts; no model is configured for it')
    else
      health?.failed(
        `Rules find the facts, and miss many, because no model gives them: ${reasonOf(this.#failureOfFirst())}`,
        'degraded',
      )
    const facts = await factsByRules(input, this.#deps.clock.zone)
    await yieldToEventLoop()
    return {
      provider: RULES,
      facts,
      quotes_not_found: 0,
      not_meant: 0,
      reflection: reflectionByRules(input.messages),
    }
  }

  /** Why the first provider that failed did: it is the one that the operator chose; others only take its place. */
  #failureOfFirst(): DenidinError | undefined {
    return this.#deps.providers.map(({ name }) => this.#failures.get(name)).find(failure => failure !== undefined)
  }

  /** Asks about as much at a time as the model has room for, part after part. */
  async #askInParts(
    provider: ExtractionProvider,
    input: ExtractionInput,
    call: ExtractionOptions['call'],
  ): Promise<VerifiedFacts> {
    const room = { request: roomOf(provider), known: roomForKnown(provider) }
    const parts = partsOf(input, room, this.#deps.tokens)
    const found = await this.#askEach(provider, parts, call)
    return found ?? { facts: [], quotes_not_found: 0, not_meant: 0, reflection: reflectionByRules(input.messages) }
  }

  /**
   * Asks about one part after the other; each request includes what the previous parts were about. `undefined`: there
   * are none.
   */
  async #askEach(
    provider: ExtractionProvider,
    parts: Iterable<ExtractionInput>,
    call: ExtractionOptions['call'],
  ): Promise<VerifiedFacts | undefined> {
    let before: VerifiedFacts | undefined
    for (const part of parts) {
      const found = await this.#askPart(provider, withBefore(part, before), call)
      before = before === undefined ? found : joined(before, found)
    }
    return before
  }

  /** Asks about one part; if the request or the answer is too long, about less at a time. */
  async #askPart(
    provider: ExtractionProvider,
    part: ExtractionInput,
    call: ExtractionOptions['call'],
  ): Promise<VerifiedFacts> {
    const source_tokens = sourceTokens(roomOf(provider))
    const { tokens, clock } = this.#deps
    // Each step goes through all texts of the part.
    await yieldToEventLoop()
    const request = extractionRequest(part, tokens, { now: clock.now(), zone: clock.zone }, source_tokens)
    await yieldToEventLoop()
    try {
      const response = await this.#ask(provider, request, call)
      await yieldToEventLoop()
      return await verifyFacts(response, request, { input: part, zone: clock.zone })
    } catch (error) {
      call.signal?.throwIfAborted()
      if (!isTooMuch(error)) throw error
      // Less of a single source can be shown, now that the room is known.
      const shorter = sourceTokens(roomOf(provider)) < source_tokens ? [part] : undefined
      const found = await this.#askEach(provider, halvesOf(part) ?? shorter ?? [], call)
      return found ?? (await this.#verifyRest(error, request, part))
    }
  }

  /** Nothing more can be left out of a request: the complete facts of its answer count. */
  async #verifyRest(error: unknown, request: ExtractionRequest, part: ExtractionInput): Promise<VerifiedFacts> {
    if (!(error instanceof CutAnswer) || error.facts.length === 0) throw error
    this.#logger.warn('Facts were cut off; the complete ones are used', { facts: error.facts.length })
    const reflection = part.so_far ?? reflectionByRules(part.messages)
    return await verifyFacts({ facts: [...error.facts], reflection }, request, {
      input: part,
      zone: this.#deps.clock.zone,
    })
  }

  async #ask(
    { model }: ExtractionProvider,
    { request }: ExtractionRequest,
    call: ExtractionOptions['call'],
  ): Promise<ExtractionResponse> {
    const { clock, ids, retries } = this.#deps
    for (let failures = 1; ; failures++) {
      try {
        const completion = await model.complete(request, { ...call, purpose: 'extraction' })
        return readResponse(completion)
      } catch (error) {
        call.signal?.throwIfAborted()
        // A response that cannot be parsed would hardly be better the second time.
        if (error instanceof CallRefused || failures > retries || !asDenidinError(error).retryable) throw error
        await clock.sleep(backoffDelay(BACKOFF, failures, ids), call.signal)
      }
    }
  }

  #reportFailure(provider: ExtractionProvider, failure: DenidinError): void {
    this.#deps.metrics.count('extractions_failed')
    this.#deps.metrics.add('errors_total', { source: 'extraction', code: failure.code })
    const known = this.#cooldown.recordFailure(provider, failure)
    const fields = { provider: provider.name, reason: failure.message }
    if (known) this.#logger.debug('A provider is still unreachable', fields)
    else this.#logger.warn('A provider extracted no facts', fields)
  }
}

/** The answer breaks off within the facts. */
class CutAnswer extends ModelError {
  /** The complete facts before the break. */
  readonly facts: readonly ResponseFact[]

  constructor(facts: readonly ResponseFact[]) {
    super('answer-length', 'the facts are cut in the middle')
    this.facts = facts
  }
}

/** @throws CutAnswer, or as `parseResponse` does */
const readResponse = ({ text, cut = false }: Completion): ExtractionResponse => {
  if (cut) throw new CutAnswer(factsOfCutResponse(text) ?? [])
  try {
    return parseResponse(text)
  } catch (error) {
    // Not every server reports that an answer was cut off.
    const facts = factsOfCutResponse(text)
    if (facts === undefined) throw error
    throw new CutAnswer(facts)
  }
}

const roomOf = ({ model }: ExtractionProvider): number =>
  Math.min(model.roomFor?.(ANSWER_MAX_TOKENS) ?? USUAL_ROOM_TOKENS, USUAL_ROOM_TOKENS)

/** Additional tokens for known facts, if the model is known to have more room than a usual request needs. */
const roomForKnown = ({ model }: ExtractionProvider): number => {
  const room = model.roomFor?.(ANSWER_MAX_TOKENS) ?? USUAL_ROOM_TOKENS
  return Math.max(0, Math.min(room - USUAL_ROOM_TOKENS, MOST_KNOWN_TOKENS))
}

/** Tells a later part what the parts before it were about. */
const withBefore = (part: ExtractionInput, before: VerifiedFacts | undefined): ExtractionInput =>
  before === undefined ? part : { ...part, so_far: before.reflection }

const joined = (before: VerifiedFacts, after: VerifiedFacts): VerifiedFacts => ({
  facts: [...before.facts, ...after.facts],
  quotes_not_found: before.quotes_not_found + after.quotes_not_found,
  not_meant: before.not_meant + after.not_meant,
  reflection: after.reflection,
})

/** Whether a failure suggests that a smaller request may be answered. */
const isTooMuch = (error: unknown): boolean => {
  const reason = modelErrorReason(error)
  return reason === 'context-length' || reason === 'answer-length'
}

const reasonOf = (last: DenidinError | undefined): string => last?.message ?? 'none can be reached'

/** The facts of a response whose quotes a source contains and says as true. */
const verifyFacts = async (
  response: ExtractionResponse,
  { lines }: ExtractionRequest,
  { input, zone }: { readonly input: ExtractionInput; readonly zone: TimeZone },
): Promise<VerifiedFacts> => {
  const slices = new BackgroundSlices()
  const facts: ExtractedFact[] = []
  let quotes_not_found = 0
  for (const fact of response.facts) {
    const source = findSource(fact.quote, lines[(fact.message ?? 0) - 1]?.message_id, lines)
    if (source === undefined) quotes_not_found++
    else if (isSaidAsTrue(fact, source) && !isUnaskedSecret(fact, source))
      facts.push(dated(toFact(fact, source, input), input.zone_of?.(source) ?? zone))
    await slices.pause()
  }
  const not_meant = response.facts.length - facts.length - quotes_not_found
  return { facts, quotes_not_found, not_meant, reflection: response.reflection }
}

/** A model may copy “tomorrow” unchanged. */
const dated = (fact: ExtractedFact, zone: TimeZone): ExtractedFact => ({
  ...fact,
  text: writeOutDates(fact.text, zone.dayOf(fact.source.sent_at)),
})

const toFact = (fact: ResponseFact, source: ExtractedFact['source'], input: ExtractionInput): ExtractedFact => {
  const said = ownWords(source)
  const correction = findCorrection(isCorrection(said) ? said : fact.quote, source, input)
  const text = fact.text.replace(/\s+/g, ' ')
  const copies_correction = isCorrection(text)
  return {
    ...asAnswered(fact, source, input),
    // A model may copy “no, Tuesday”, which cannot be understood by itself.
    text: copies_correction ? (correction?.text ?? text) : text,
    replaces: [
      ...fact.replaces.flatMap(each => input.known[each - 1]?.memory_id ?? []),
      ...(correction?.replaces ?? []),
    ],
    corrects: correction?.corrects,
    corrected_statement: copies_correction ? correction?.statement : undefined,
  }
}

const asAnswered = (
  fact: ResponseFact,
  source: ExtractedFact['source'],
  input: ExtractionInput,
): Omit<ExtractedFact, 'text' | 'replaces' | 'corrects' | 'corrected_statement'> => ({
  quote: fact.quote,
  source,
  category: fact.category,
  importance: importanceOf(fact.importance, input.activity ?? activityOf(fact.text, source.person_id, input.messages)),
  ...validityOf(fact),
  entities: entitiesOf(fact),
  relations: fact.relationships,
  same_as: input.known[(fact.same_as ?? 0) - 1]?.memory_id,
})

const DATE_CHARACTERS = 'YYYY-MM-DD'.length

/** When a fact holds; a last day counts to its end. Dates in the wrong order are ignored. */
const validityOf = ({ from, to }: ResponseFact): Pick<ExtractedFact, 'valid_from' | 'valid_to'> => {
  const valid_from = instant(from)
  const until = instant(to)
  const valid_to = until === undefined ? undefined : until + (to?.length === DATE_CHARACTERS ? DAY_MS : 0)
  const ordered = valid_to === undefined || valid_to > (valid_from ?? Number.NEGATIVE_INFINITY)
  return ordered ? { valid_from, valid_to } : { valid_from: undefined, valid_to: undefined }
}

const instant = (day: string | null | undefined): number | undefined => {
  const at = Date.parse(day ?? '')
  return Number.isNaN(at) ? undefined : at
}

/** Named entities; the ends of relations and the tags are added as concepts. */
const entitiesOf = ({ entities, relationships, tags }: ResponseFact): readonly Entity[] => {
  const all = new Map<string, Entity>()
  const concepts = [...relationships.flatMap(({ from, to }) => [from, to]), ...tags]
  for (const entity of [...entities, ...concepts.map((value): Entity => ({ kind: 'concept', value }))]) {
    const key = entity.value.toLowerCase()
    if (!all.has(key)) all.set(key, entity)
  }
  return [...all.values()].slice(0, MAX_ENTITIES)
}
