/**
 * A language model whose refused requests are mended: they are shortened, or sent without the parts or texts that the
 * model refuses.
 */
import type { Clock } from '../../platform/clock.ts'
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { ModelKnowledge, ModelTraits } from '../knowledge/model-knowledge.ts'
import type { CallContext, Completion, CompletionRequest, LanguageModel, ModelMessage } from '../language-model.ts'
import { ModelError, type ModelErrorReason } from '../model-error.ts'
import type { ChatEndpoint } from './chat-endpoint.ts'
import { findRefusedTexts, type Outcome } from './refused-texts.ts'
import { knownAs, PieceSet, piecesOf, questionAt, withPieces } from './request-pieces.ts'
import { Attempts } from './attempts.ts'
import { roomOf } from './shorten-request.ts'

/** How long the search for refused texts may take, on top of the call that was refused. */
const SEARCH_MS = 45 * SECOND_MS
/** How long a text that a filter refused is left out. */
const REFUSED_LASTS_MS = 90 * DAY_MS
/** The same, if the service did not say that a text is the reason. */
const SUSPECTED_LASTS_MS = DAY_MS

/** Failures that a text of the request may have caused: some filters give no answer at all instead of refusing. */
const BY_TEXT: ReadonlySet<ModelErrorReason> = new Set([
  'content-filter',
  'bad-request',
  'server-error',
  'bad-response',
])
/** Firewalls in front of a service answer with this status to words that they do not like. */
const FORBIDDEN = 403

/** A request that no filter refuses. */
const GREETING: CompletionRequest = { messages: [{ role: 'user', content: 'Hello' }], max_tokens: 16, temperature: 0 }

const mayBeByText = ({ reason, status }: ModelError): boolean =>
  BY_TEXT.has(reason) || (reason === 'unauthorised' && status === FORBIDDEN)

export interface MendingDeps {
  readonly endpoint: ChatEndpoint
  readonly knowledge: ModelKnowledge
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
}

/** Wraps an endpoint. What it learns by mending applies to all later calls to this model. */
export class MendedLanguageModel implements LanguageModel {
  readonly provider: string
  readonly model: string
  readonly #deps: MendingDeps
  readonly #logger: Logger

  constructor(deps: MendingDeps) {
    this.#deps = deps
    this.provider = deps.endpoint.provider
    this.model = deps.endpoint.model
    this.#logger = deps.logger.for('model')
  }

  roomFor(max_tokens: number): number | undefined {
    const { request } = roomOf(this.#traits, max_tokens)
    return Number.isFinite(request) ? request : undefined
  }

  async complete(request: CompletionRequest, call: CallContext): Promise<Completion> {
    const { endpoint, knowledge, tokens } = this.#deps
    const attempts = new Attempts({ endpoint, knowledge, tokens }, this.#traits, call)
    const allowed = this.#withoutRefused(request)
    try {
      return await this.#learned(attempts, await attempts.ask(allowed))
    } catch (error) {
      if (!(error instanceof ModelError) || !mayBeByText(error)) throw error
      call.signal?.throwIfAborted()
      return await this.#withoutTexts(allowed, attempts, error)
    }
  }

  get #traits(): ModelTraits {
    const { endpoint, knowledge } = this.#deps
    return { ...endpoint.usual, ...knowledge.traitsOf(endpoint.key) }
  }

  /** @throws ModelError `content-filter` if the question itself is known to be refused */
  #withoutRefused(request: CompletionRequest): CompletionRequest {
    const { endpoint, knowledge } = this.#deps
    const { messages } = request
    const question = messages[questionAt(messages)]
    const refused = knowledge.refused(endpoint.key, () => [
      ...piecesOf(messages).flatMap(knownAs),
      ...(question?.ids ?? []),
    ])
    if (refused.size === 0) return request
    if (question?.ids?.some(id => refused.has(id)) === true) throw this.#refusedQuestion()
    const left = new PieceSet(piecesOf(messages).filter(piece => knownAs(piece).some(id => refused.has(id))))
    const { input_tokens: _ofAll, ...uncounted } = request
    return { ...uncounted, messages: withPieces(messages, piece => !left.has(piece)) }
  }

  #refusedQuestion(): ModelError {
    const { host } = this.#deps.endpoint
    return new ModelError('content-filter', `${host} refused the request: it does not accept the words of this message`)
  }

  /** Saves what the attempts learned, now that it led to a successful call. */
  async #learned(attempts: Attempts, completion: Completion): Promise<Completion> {
    const { endpoint, knowledge } = this.#deps
    const { learned } = attempts
    if (learned !== undefined) {
      await knowledge.learn(endpoint.key, learned)
      const { without = [], ...others } = attempts.traits
      this.#logger.info('Learned how a model wants to be asked', {
        host: endpoint.host,
        model: endpoint.model,
        ...others,
        without: without.join(' '),
      })
    }
    return completion
  }

  /** Answers without the texts that the model refuses, and remembers them. */
  async #withoutTexts(request: CompletionRequest, attempts: Attempts, failure: ModelError): Promise<Completion> {
    const { endpoint, knowledge, clock } = this.#deps
    const ends_at = clock.monotonic() + SEARCH_MS
    let last = failure
    const { input_tokens: _ofAll, ...uncounted } = request
    const ask = async (messages: readonly ModelMessage[]): Promise<Outcome> => {
      try {
        return { answer: await attempts.ask({ ...uncounted, messages }) }
      } catch (error) {
        if (!(error instanceof ModelError) || !mayBeByText(error)) throw error
        last = error
        return { refused: true }
      }
    }
    const filtered = failure.reason === 'content-filter'
    const mayGoOn = (): boolean => clock.monotonic() < ends_at
    const { answer, refused } = await findRefusedTexts(request, { certain: filtered, ask, mayGoOn })
    const lasts_ms = filtered ? REFUSED_LASTS_MS : SUSPECTED_LASTS_MS
    if (answer === undefined) {
      const ids = request.messages[questionAt(request.messages)]?.ids ?? []
      if (filtered && ids.length > 0) await knowledge.refuse(endpoint.key, ids, lasts_ms)
      throw await this.#aboutRequest(last, attempts)
    }
    await knowledge.refuse(endpoint.key, refused.flatMap(knownAs), lasts_ms)
    this.#logger.warn('A model refuses texts of a conversation, which are left out', {
      host: endpoint.host,
      model: endpoint.model,
      texts: refused.length,
      reason: last.message,
    })
    return await this.#learned(attempts, answer)
  }

  /** The failure of a request that is refused even without other texts: of the request only, if a greeting is answered. */
  async #aboutRequest(failure: ModelError, attempts: Attempts): Promise<ModelError> {
    if (failure.reason !== 'unauthorised') return failure
    try {
      await attempts.ask(GREETING)
    } catch {
      return failure
    }
    const { status } = failure
    const { host } = this.#deps.endpoint
    return new ModelError('bad-request', `${host} refused the request (${String(status)})`, { status })
  }
}
