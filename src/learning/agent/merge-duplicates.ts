/**
 * Merges memories that say the same: two sessions may have been learned from in different ways, or two people may turn
 * out to be one.
 */
import { createHash } from 'node:crypto'
import type { MemoryRecord } from '../../memory/memory.ts'
import type { MemoryStore } from '../../memory/memory-store.ts'
import { personOfScope, type Scope } from '../../messages/scope.ts'
import type { PersonId } from '../../people/person.ts'
import type { Clock } from '../../platform/clock.ts'
import type { SetAside } from '../../platform/set-aside.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { tokenise } from '../../text/tokenise.ts'
import type { EmbeddingSimilarity } from '../consolidation/embedding-similarity.ts'
import { compareWith, sameByWords, similarByWords } from '../consolidation/find-duplicate.ts'
import { parseFact } from '../../text/facts/parse-fact.ts'
import { strengthened } from '../extraction/importance.ts'
import { byAge, DuplicateIndex, type CurrentFact } from './duplicate-index.ts'
import { higherTier } from './priority.ts'
import { SimilarityQuestions, type SimilarityBudget } from './similarity-budget.ts'

export interface MergeDuplicatesDeps {
  readonly memories: Pick<MemoryStore, 'list' | 'merge' | 'recentScopes'>
  readonly similarity: EmbeddingSimilarity
  /** The name of a person: facts name the person they are about, or say "I". */
  readonly nameOf: (person_id: PersonId) => Promise<string | undefined>
  /** Whether the agent works on the memories of a conversation. */
  readonly includes: (scope: Scope) => Promise<boolean>
  /** Runs an action while nothing is learned in a scope. */
  readonly exclusive: <T>(scope: Scope, act: () => Promise<T>) => Promise<T>
  readonly setAside: SetAside
  readonly clock: Clock
}

/**
 * Merges duplicates, scope by scope, by the rules of learning. The memory that was said first is kept; the others end,
 * with the reason recorded. Contradictions are not merged. Each merge is atomic: after a crash or an abort, the next
 * call does the rest. @returns the memories that ended. @throws the signal's reason when aborted
 */
export type MergeDuplicates = (signal: AbortSignal) => Promise<readonly string[]>

const PAGE = 500
/** Facts parsed or compared before other work gets its turn: about 10 ms. */
const PAUSE_EVERY = 50
/** Most scopes: a thousand times as many as were measured. */
const MAX_SCOPES = 1_000_000

/** Merges the duplicates in all scopes. */
export class DuplicateMerger {
  readonly #deps: MergeDuplicatesDeps
  readonly #questions: SimilarityQuestions
  /** The state of each scope without further duplicates: it is skipped until its memories change. */
  readonly #finished = new Map<Scope, string>()

  constructor(deps: MergeDuplicatesDeps) {
    this.#deps = deps
    this.#questions = new SimilarityQuestions(deps.similarity)
  }

  /** See `MergeDuplicates`. */
  async mergeAll(signal: AbortSignal): Promise<readonly string[]> {
    const ended: string[] = []
    const budget = this.#questions.startRun()
    for (const scope of await this.#deps.memories.recentScopes(MAX_SCOPES)) {
      if (!(await this.#deps.includes(scope))) continue
      await this.#deps.exclusive(scope, async () => {
        signal.throwIfAborted()
        const attempt = await this.#deps.setAside.attempt('merging duplicates', scope, () =>
          this.#mergeScope(scope, budget, signal),
        )
        signal.throwIfAborted()
        if (attempt.done) ended.push(...attempt.result)
      })
    }
    return ended
  }

  async #mergeScope(scope: Scope, budget: SimilarityBudget, signal: AbortSignal): Promise<readonly string[]> {
    const current = await this.#currentFacts(scope, signal)
    if (this.#finished.get(scope) === stateOf(current)) return []
    const merge = new ScopeMerge(this.#deps, scope, budget, signal)
    await merge.run(await this.#parse(current, signal))
    const { ended } = merge
    if (merge.complete)
      this.#finished.set(scope, stateOf(current.filter(({ memory_id }) => !ended.includes(memory_id))))
    return ended
  }

  /** The current facts of a scope, oldest first. */
  async #currentFacts(scope: Scope, signal: AbortSignal): Promise<readonly MemoryRecord[]> {
    const found: MemoryRecord[] = []
    for (;;) {
      signal.throwIfAborted()
      const before = found.at(-1)?.memory_id
      const page = await this.#deps.memories.list(scope, {
        limit: PAGE,
        current: true,
        kinds: ['fact', 'explicit'],
        ...(before === undefined ? {} : { before }),
      })
      found.push(...page)
      if (page.length < PAGE) return found.sort(byAge)
      await yieldToEventLoop()
    }
  }

  async #parse(memories: readonly MemoryRecord[], signal: AbortSignal): Promise<readonly CurrentFact[]> {
    const names = new Map<PersonId, readonly string[]>()
    const speakerOf = async ({ person_ids }: MemoryRecord): Promise<ReadonlySet<string>> => {
      for (const id of person_ids) if (!names.has(id)) names.set(id, tokenise((await this.#deps.nameOf(id)) ?? ''))
      return new Set(person_ids.flatMap(id => names.get(id) ?? []))
    }
    const parsed: CurrentFact[] = []
    for (const memory of memories) {
      const speaker = await speakerOf(memory)
      const attempt = await this.#deps.setAside.attempt('merging duplicates', memory.memory_id, () =>
        parseFact(memory.text, speaker),
      )
      if (attempt.done) parsed.push({ memory, parsed: attempt.result })
      if (parsed.length % PAUSE_EVERY > 0) continue
      await yieldToEventLoop()
      signal.throwIfAborted()
    }
    return parsed
  }
}

/** Changes whenever the set of current memories changes. */
const stateOf = (memories: readonly MemoryRecord[]): string =>
  createHash('sha256')
    .update(memories.map(memory => memory.memory_id).join('\n'))
    .digest('base64url')

interface Duplicate {
  readonly kept: CurrentFact
  readonly reason: string
}

/** One pass over the facts of one scope. */
class ScopeMerge {
  readonly #deps: MergeDuplicatesDeps
  readonly #scope: Scope
  readonly #budget: SimilarityBudget
  readonly #signal: AbortSignal
  readonly ended: string[] = []
  /** Whether every question was answered and every merge done. */
  complete = true

  constructor(deps: MergeDuplicatesDeps, scope: Scope, budget: SimilarityBudget, signal: AbortSignal) {
    this.#deps = deps
    this.#scope = scope
    this.#budget = budget
    this.#signal = signal
  }

  /** Compares each fact with the older ones. */
  async run(facts: readonly CurrentFact[]): Promise<void> {
    this.#budget.startScope()
    const index = new DuplicateIndex(facts)
    for (const [at, fact] of facts.entries()) {
      if (at % PAUSE_EVERY === 0) await yieldToEventLoop()
      this.#signal.throwIfAborted()
      const duplicate = await this.#findDuplicate(fact, await index.candidates(fact))
      if (duplicate === undefined) index.add(fact)
      else await this.#merge(fact, duplicate)
    }
  }

  async #findDuplicate(fact: CurrentFact, candidates: readonly CurrentFact[]): Promise<Duplicate | undefined> {
    // A memory without sources is not merged: forgetting follows sources, so it could no longer be forgotten
    // separately.
    if (fact.memory.sources.length === 0 || candidates.length === 0) return undefined
    const older = candidates.map(other => compareWith(fact.parsed, other, other.parsed))
    const same = sameByWords(fact.parsed, older)
    if (same !== undefined) return { kept: same, reason: 'says the same' }
    const answer = await this.#budget.findSame(fact, similarByWords(fact.parsed, older), this.#call())
    if (answer.open) this.complete = false
    return answer.same === undefined ? undefined : { kept: answer.same, reason: 'means the same' }
  }

  #call(): { readonly signal: AbortSignal; readonly person_id?: PersonId } {
    const person_id = personOfScope(this.#scope)
    return { signal: this.#signal, ...(person_id === undefined ? {} : { person_id }) }
  }

  async #merge({ memory }: CurrentFact, { kept, reason }: Duplicate): Promise<void> {
    const importance = strengthened(Math.max(kept.memory.importance, memory.importance))
    const tier = higherTier(kept.memory.tier, memory.tier)
    const merged = await this.#deps.memories.merge(this.#scope, {
      kept: kept.memory.memory_id,
      closed: memory.memory_id,
      importance,
      tier,
      at: this.#deps.clock.now(),
      reason,
    })
    // One of the two was forgotten meanwhile.
    if (!merged) this.complete = false
    else this.ended.push(memory.memory_id)
    kept.memory = { ...kept.memory, importance, tier }
  }
}
