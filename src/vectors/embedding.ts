/** Embeds questions and texts with one embedder, within its limits. */
import { withDeadline } from '../platform/deadline.ts'
import type { Clock } from '../platform/clock.ts'
import { DenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { isOfItem } from '../platform/set-aside.ts'
import type { Embedder } from '../models/embedder.ts'
import type { CallContext } from '../models/language-model.ts'
import { chatOfScope, personOfScope, type Scope } from '../messages/scope.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { Embeddable } from './embedding-source.ts'
import type { StoredVector } from './vector-store.ts'

/** Longest text that is embedded: OpenAI's models accept 8,191 tokens. Summaries begin with what matters. */
const MOST_TOKENS = 8000
/** Texts of at most this many characters cannot be longer than `MOST_TOKENS`: a token has at least one byte. */
const SURELY_SHORT_CHARACTERS = MOST_TOKENS / 3

/** A text that every embedding model accepts. */
const HARMLESS = 'hello'

/** Deadline for a question, because a person waits for the answer. */
const QUESTION_DEADLINE_MS = 5000

/** The caller for whom texts of a scope are embedded. */
const callerOf = (scope: Scope): Pick<CallContext, 'person_id' | 'chat_id'> => {
  const [person_id, chat_id] = [personOfScope(scope), chatOfScope(scope)]
  return { ...(person_id === undefined ? {} : { person_id }), ...(chat_id === undefined ? {} : { chat_id }) }
}

/** An item with the text by which it is embedded. */
export interface Worded extends Embeddable {
  readonly text: string
}

/** Embeds questions and memories with one embedder. */
export class Embedding {
  readonly #embedder: Embedder
  readonly #tokens: TokenCounter
  readonly #clock: Clock
  readonly #logger: Logger
  /** Memories that the embedder refuses although it accepts others. */
  readonly #refused = new Set<string>()

  constructor(embedder: Embedder, tokens: TokenCounter, clock: Clock, logger: Logger) {
    this.#embedder = embedder
    this.#tokens = tokens
    this.#clock = clock
    this.#logger = logger.for('embedding')
  }

  get space(): string {
    return this.#embedder.space
  }

  get model(): string {
    return this.#embedder.model
  }

  /** How many memories cannot be found by embedding because the embedder refuses them. */
  get refused(): number {
    return this.#refused.size
  }

  /** @throws DenidinError as the embedder does, and `timeout` after 5 s. */
  async ofQuestion(question: string, call: CallContext): Promise<Float32Array> {
    const { vectors } = await withDeadline(
      this.#clock,
      QUESTION_DEADLINE_MS,
      'the embedding of a question',
      signal => this.#embedder.embed([this.#shorten(question)], { ...call, purpose: 'recall', signal }),
      call.signal,
    )
    const vector = vectors[0]
    if (vector === undefined) throw new DenidinError('bad_answer', 'the embedder gave no vector')
    return vector
  }

  /**
   * Embeds memories. A memory that the embedder refuses although it accepts others is left out and not tried again
   * before the next start.
   * @throws DenidinError as the embedder does.
   */
  async ofTexts(memories: readonly Worded[], signal: AbortSignal): Promise<readonly StoredVector[]> {
    const wanted = memories.filter(each => !this.#refused.has(each.item_id))
    if (wanted.length === 0) return []
    try {
      return await this.#embed(wanted, signal)
    } catch (error) {
      // Even the harmless text is refused, as with a wrong key: the fault is not in the texts.
      if (!isOfItem(error) || !(await this.#takes(HARMLESS, signal))) throw error
      return await this.#oneByOne(wanted, signal)
    }
  }

  async #oneByOne(memories: readonly Worded[], signal: AbortSignal): Promise<readonly StoredVector[]> {
    const embedded: StoredVector[] = []
    for (const memory of memories) {
      try {
        embedded.push(...(await this.#embed([memory], signal)))
      } catch (error) {
        if (!isOfItem(error)) throw error
        const { item_id } = memory
        this.#refused.add(item_id)
        this.#logger.error('The embedder refuses a memory; it cannot be found by meaning', { memory_id: item_id })
      }
    }
    return embedded
  }

  async #takes(text: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#embedder.embed([text], { purpose: 'memory', signal })
      return true
    } catch (error) {
      if (!isOfItem(error)) throw error
      return false
    }
  }

  async #embed(memories: readonly Worded[], signal: AbortSignal): Promise<readonly StoredVector[]> {
    const scopes = new Set(memories.map(each => each.scope))
    const [scope] = scopes
    const only = scopes.size === 1 ? scope : undefined
    const { vectors } = await this.#embedder.embed(
      memories.map(each => this.#shorten(each.text)),
      { purpose: 'memory', signal, ...(only === undefined ? {} : callerOf(only)) },
    )
    if (vectors.length !== memories.length) {
      throw new DenidinError(
        'bad_answer',
        `the embedder gave ${String(vectors.length)} vectors for ${String(memories.length)} texts`,
      )
    }
    return memories.map(({ item_id, scope }, at) => ({
      item_id,
      scope,
      vector: vectors[at] ?? new Float32Array(),
    }))
  }

  #shorten(text: string): string {
    return text.length <= SURELY_SHORT_CHARACTERS ? text : this.#tokens.cut(text, MOST_TOKENS, 'start')
  }
}
