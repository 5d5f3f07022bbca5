/**
 * Limits how often one analysis run asks the embedder whether facts mean the same, and never asks the same question
 * twice.
 */
import type { LRUCache } from 'lru-cache'
import type { CallContext } from '../../models/language-model.ts'
import { lru } from '../../platform/lru.ts'
import type { EmbeddingSimilarity } from '../consolidation/embedding-similarity.ts'
import type { CurrentFact } from './duplicate-index.ts'

/** How many answered questions are remembered until the next start. */
const MAX_ANSWERED = 50_000
/** Most questions in one run: each is one small call to the embedder. */
const MAX_QUESTIONS = 500
/** Most questions about one scope in one run, because nothing can be learned in it meanwhile: some seconds. */
const MAX_QUESTIONS_OF_SCOPE = 50

/** Questions answered so far, over all runs. */
export class SimilarityQuestions {
  readonly #similarity: EmbeddingSimilarity
  readonly #answered = lru<string, true>(MAX_ANSWERED)

  constructor(similarity: EmbeddingSimilarity) {
    this.#similarity = similarity
  }

  /** Starts a run with its full number of questions. */
  startRun(): SimilarityBudget {
    return new SimilarityBudget(this.#similarity, this.#answered)
  }
}

/** The questions that one run may still ask. */
export class SimilarityBudget {
  readonly #similarity: EmbeddingSimilarity
  readonly #answered: LRUCache<string, true>
  #left = MAX_QUESTIONS
  #left_of_scope = MAX_QUESTIONS_OF_SCOPE

  constructor(similarity: EmbeddingSimilarity, answered: LRUCache<string, true>) {
    this.#similarity = similarity
    this.#answered = answered
  }

  /** Starts the next scope. */
  startScope(): void {
    this.#left_of_scope = MAX_QUESTIONS_OF_SCOPE
  }

  /**
   * The first of several similar facts that means the same. `open`: the question could not be answered now and has to
   * be asked again in a later run.
   */
  async findSame(
    { memory }: CurrentFact,
    similar: readonly CurrentFact[],
    call: Omit<CallContext, 'purpose'>,
  ): Promise<{ readonly same: CurrentFact | undefined; readonly open: boolean }> {
    const question = [memory, ...similar.map(each => each.memory)].map(each => each.memory_id).join(' ')
    if (similar.length === 0 || this.#answered.has(question)) return { same: undefined, open: false }
    if (this.#left === 0 || this.#left_of_scope === 0) return { same: undefined, open: true }
    this.#left--
    this.#left_of_scope--
    const texts = similar.map(other => other.memory.text)
    const answers = await this.#similarity.sameMeaning(memory.text, texts, call)
    if (answers.length === 0) return { same: undefined, open: true }
    this.#answered.set(question, true)
    return { same: similar[answers.indexOf(true)], open: false }
  }
}
