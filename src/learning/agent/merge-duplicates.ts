/** Makes one of memories that say the same: what two ways of learning, or two persons who are one, left twice. */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { MemoryRecord } from '../../memory/memory.ts'
import type { MemoryStore } from '../../memory/memory-store.ts'
import { personOfScope, type Scope } from '../../messages/scope.ts'
import type { PersonId } from '../../people/person.ts'
import type { Clock } from '../../platform/clock.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { tokenise } from '../../text/tokenise.ts'
import type { Likeness } from '../consolidation/embedding-similarity.ts'
import { comparedWith, nearInWords, sameInWords } from '../consolidation/find-duplicate.ts'
import { readShape } from '../consolidation/parse-fact.ts'
import { strengthened } from '../extraction/importance.ts'
import { byAge, StandingIndex, type Standing } from './duplicate-index.ts'
import { higherTier } from './priority.ts'

export interface MergeDuplicatesDeps {
  readonly memories: MemoryStore
  readonly likeness: Likeness | undefined
  /** What a person is called: memories name whose they are, or say "I". */
  readonly nameOf: (person_id: PersonId) => Promise<string | undefined>
  /** Runs an act while nothing is learned in a scope. */
  readonly alone: <T>(scope: Scope, act: () => Promise<T>) => Promise<T>
  readonly clock: Clock
}

/**
 * Merges what says the same, scope by scope. The memory that was said first stands; the others end, with the reason
 * written down. Rules as in learning; contradictions stay two. Each merge is whole by itself: what a crash, or an abort,
 * leaves is done the next time. @returns those that ended. @throws the signal's reason when it is called off
 */
export type MergeDuplicates = (signal: AbortSignal) => Promise<readonly string[]>

const PAGE = 500
/** Facts that are read before others have their turn: about 10 ms. */
const PAUSE_EVERY = 50
/** Scopes at most; more would be a thousand times what is measured. */
const EVERY_SCOPE = 1_000_000
/** Questions about likeness that are not asked again before the next start. */
const ANSWERED = 50_000
/** Questions about likeness of one look: each is one small call of the embedder. */
const MOST_ASKED = 500
/** Of these for one scope, while nothing can be learned in it: some seconds. */
const MOST_ASKED_OF_SCOPE = 50

/** What tells whether other memories stand than before. */
const stateOf = (memories: readonly MemoryRecord[]): string =>
  createHash('sha256')
    .update(memories.map(memory => memory.memory_id).join('\n'))
    .digest('base64url')

export const createMerging = ({ memories, likeness, nameOf, alone, clock }: MergeDuplicatesDeps): MergeDuplicates => {
  /** What each scope held when nothing was left to merge: an unchanged one is not read again. */
  const finished = new Map<Scope, string>()
  const answered = new LRUCache<string, true>({ max: ANSWERED })

  const standing = async (scope: Scope, signal: AbortSignal): Promise<readonly MemoryRecord[]> => {
    const found: MemoryRecord[] = []
    for (;;) {
      signal.throwIfAborted()
      const before = found.at(-1)?.memory_id
      const page = await memories.list(scope, {
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

  const withShapes = async (all: readonly MemoryRecord[], signal: AbortSignal): Promise<readonly Standing[]> => {
    const speakers = new Map<PersonId, readonly string[]>()
    const speakerOf = async ({ person_ids }: MemoryRecord): Promise<ReadonlySet<string>> => {
      for (const id of person_ids) if (!speakers.has(id)) speakers.set(id, tokenise((await nameOf(id)) ?? ''))
      return new Set(person_ids.flatMap(id => speakers.get(id) ?? []))
    }
    const read: Standing[] = []
    for (const memory of all) {
      read.push({ memory, shape: readShape(memory.text, await speakerOf(memory)) })
      if (read.length % PAUSE_EVERY > 0) continue
      await yieldToEventLoop()
      signal.throwIfAborted()
    }
    return read
  }

  /** One look at one scope. `whole`: nothing was left open. */
  const look = async (
    scope: Scope,
    there: readonly MemoryRecord[],
    left: { questions: number },
    signal: AbortSignal,
  ): Promise<{ readonly closed: readonly string[]; readonly whole: boolean }> => {
    const person_id = personOfScope(scope)
    const call = { signal, ...(person_id === undefined ? {} : { person_id }) }
    let whole = true
    let questions = 0

    const alike = async ({ memory }: Standing, near: readonly Standing[]): Promise<Standing | undefined> => {
      const question = [memory, ...near.map(each => each.memory)].map(each => each.memory_id).join(' ')
      if (near.length === 0 || likeness === undefined || answered.has(question)) return undefined
      if (left.questions === 0 || questions === MOST_ASKED_OF_SCOPE) {
        whole = false
        return undefined
      }
      left.questions--
      questions++
      const texts = near.map(other => other.memory.text)
      const answers = await likeness.alike(memory.text, texts, call)
      if (answers.length === 0) whole = false
      else answered.set(question, true)
      return near[answers.indexOf(true)]
    }

    const all = await withShapes(there, signal)
    const index = new StandingIndex(all)
    const closed: string[] = []
    for (const [at, each] of all.entries()) {
      if (at % PAUSE_EVERY === 0) await yieldToEventLoop()
      signal.throwIfAborted()
      const before = (await index.candidates(each)).map(other => comparedWith(each.shape, other, other.shape))
      // Forgetting follows sources: what has none stays by itself, so that it can be forgotten by itself.
      const mergeable = each.memory.sources.length > 0 && before.length > 0
      const same = mergeable ? sameInWords(each.shape, before) : undefined
      const like = mergeable && same === undefined ? await alike(each, nearInWords(each.shape, before)) : undefined
      const kept = same ?? like
      if (kept === undefined) {
        index.add(each)
        continue
      }
      const importance = strengthened(Math.max(kept.memory.importance, each.memory.importance))
      const tier = higherTier(kept.memory.tier, each.memory.tier)
      const merged = await memories.merge(scope, {
        kept: kept.memory.memory_id,
        closed: each.memory.memory_id,
        importance,
        tier,
        at: clock.now(),
        reason: same === undefined ? 'means the same' : 'says the same',
      })
      // One of both was forgotten meanwhile.
      if (!merged) whole = false
      else closed.push(each.memory.memory_id)
      kept.memory = { ...kept.memory, importance, tier }
    }
    return { closed, whole }
  }

  return async signal => {
    const all: string[] = []
    const left = { questions: MOST_ASKED }
    for (const scope of await memories.recentScopes(EVERY_SCOPE)) {
      await alone(scope, async () => {
        signal.throwIfAborted()
        const there = await standing(scope, signal)
        if (finished.get(scope) === stateOf(there)) return
        const { closed, whole } = await look(scope, there, left, signal)
        all.push(...closed)
        if (whole) finished.set(scope, stateOf(there.filter(memory => !closed.includes(memory.memory_id))))
      })
    }
    return all
  }
}
