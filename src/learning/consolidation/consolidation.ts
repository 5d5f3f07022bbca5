/** Brings new facts together with what is remembered: once each, and what no longer holds ended, not lost. */
import { LRUCache } from 'lru-cache'
import type { Ids } from '../../platform/ids.ts'
import { TimeSlices } from '../../platform/yield.ts'
import type { Clock } from '../../platform/clock.ts'
import type { LongTermMemory } from '../../memory/long-term-memory.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../../memory/memory.ts'
import type { MemoryStore } from '../../memory/memory-store.ts'
import type { Scope } from '../../messages/scope.ts'
import type { CallContext } from '../../models/language-model.ts'
import { tokenise } from '../../text/tokenise.ts'
import type { ExtractedFact } from '../extraction/extraction.ts'
import { strengthened } from '../extraction/importance.ts'
import { mayReplace } from './compare-facts.ts'
import type { Likeness } from './embedding-similarity.ts'
import { nearest } from './nearest-facts.ts'
import { comparedWith, nearInWords, sameInWords, type Compared } from './find-duplicate.ts'
import { readShape, type Shape } from './parse-fact.ts'

export interface ConsolidationDeps {
  readonly memories: MemoryStore
  readonly memory: Pick<LongTermMemory, 'store'>
  readonly likeness: Likeness | undefined
  readonly clock: Clock
  readonly ids: Ids
}

/** What became of a fact: a memory of its own, or one more source of the memory that says it already. */
export interface Taken {
  readonly memory_id: string
  readonly outcome: 'new' | 'restated'
  /** Memories that it ended. */
  readonly ended: readonly string[]
}

/** What a scope remembers, open for new facts. One at a time for a scope. */
export interface Book {
  /** Current facts that have most to do with some texts, at most `limit`. */
  nearest(texts: readonly string[], limit: number): Promise<readonly MemoryRecord[]>
  take(fact: ExtractedFact, session_id: string | undefined, call: Omit<CallContext, 'purpose'>): Promise<Taken>
}

/** Memories that are read at once: about 2 ms. */
const PAGE = 100
const SHAPES = 20_000

interface Entry {
  memory: MemoryRecord
  /** What it says, by the name of who is asked about; read when it is first compared. */
  readonly shapes: Map<string, Shape>
}

/** Whose fact it is. */
interface Speaker {
  readonly name: string
  readonly words: ReadonlySet<string>
}

/** Opens the book of a scope. */
export const createConsolidation = (parts: ConsolidationDeps): ((scope: Scope) => Promise<Book>) => {
  const shapes = new LRUCache<string, Shape>({ max: SHAPES })
  const shapeOf = (text: string, { name, words }: Speaker): Shape => {
    const key = `${name}\n${text}`
    const known = shapes.get(key)
    if (known !== undefined) return known
    const shape = readShape(text, words)
    shapes.set(key, shape)
    return shape
  }
  const shapeOfEntry = ({ memory, shapes: own }: Entry, speaker: Speaker): Shape => {
    const known = own.get(speaker.name)
    if (known !== undefined) return known
    const shape = shapeOf(memory.text, speaker)
    own.set(speaker.name, shape)
    return shape
  }

  return async scope => {
    const entries = await load(parts.memories, scope)

    const sameAs = async (
      fact: ExtractedFact,
      shape: Shape,
      others: readonly Compared<Entry>[],
      call: Omit<CallContext, 'purpose'>,
    ): Promise<Entry | undefined> => {
      const same = sameInWords(shape, others, fact.same_as)
      if (same !== undefined) return same
      const near = nearInWords(shape, others)
      if (near.length === 0 || parts.likeness === undefined) return undefined
      const texts = near.map(({ memory }) => memory.text)
      const alike = await parts.likeness.alike(fact.text, texts, call)
      return near[alike.indexOf(true)]
    }

    const restate = async (entry: Entry, fact: ExtractedFact): Promise<Taken> => {
      const { memory } = entry
      const { message_id, sent_at: said_at } = fact.source
      if (!memory.sources.includes(message_id)) {
        const importance = strengthened(memory.importance)
        await parts.memories.change(scope, memory.memory_id, { importance, add_sources: [message_id], said_at })
        const said_from = Math.min(memory.said_from, said_at)
        const said_to = Math.max(memory.said_to, said_at)
        entry.memory = { ...memory, importance, said_from, said_to, sources: [...memory.sources, message_id] }
      }
      return { memory_id: memory.memory_id, outcome: 'restated', ended: [] }
    }

    return {
      nearest: (texts, limit) =>
        nearest(
          entries.map(({ memory }) => memory).filter(memory => memory.valid_to === undefined),
          texts,
          limit,
        ),
      take: async (fact, session_id, call) => {
        const words = new Set(tokenise(fact.source.sender_name ?? ''))
        const speaker: Speaker = { name: [...words].join(' '), words }
        const shape = shapeOf(fact.text, speaker)
        const said_at = fact.source.sent_at
        const others: Compared<Entry>[] = []
        const slices = new TimeSlices()
        for (const entry of entries) {
          if (!entry.memory.person_ids.includes(fact.source.person_id) || !holds(entry.memory, fact)) continue
          others.push(comparedWith(shape, entry, shapeOfEntry(entry, speaker)))
          await slices.pause()
        }
        const same = await sameAs(fact, shape, others, call)
        if (same !== undefined) return await restate(same, fact)

        const contradicted = others
          .filter(
            ({ entry, shape: other, verdict }) =>
              verdict === 'contradicts' || (entry.memory.memory_id === fact.replaces && mayReplace(shape, other)),
          )
          .map(({ entry }) => entry)
        const earlier = contradicted.filter(({ memory }) => memory.said_to <= said_at)
        // Learned late: what was said since stands, and this is history.
        const later = contradicted.find(({ memory }) => memory.said_to > said_at)?.memory
        const memory = toMemory(fact, scope, session_id, parts, {
          supersedes: earlier.at(0)?.memory.memory_id,
          ...(later === undefined ? {} : { valid_to: endedBy(later, said_at) }),
        })
        await parts.memory.store(memory)
        for (const entry of earlier) {
          await parts.memories.change(scope, entry.memory.memory_id, { valid_to: said_at })
          entry.memory = { ...entry.memory, valid_to: said_at }
        }
        entries.unshift({ memory, shapes: new Map() })
        return { memory_id: memory.memory_id, outcome: 'new', ended: earlier.map(entry => entry.memory.memory_id) }
      },
    }
  }
}

/** Facts and what was asked to be remembered, newest first, history included, but for what another one stands for. */
const load = async (memories: MemoryStore, scope: Scope): Promise<Entry[]> => {
  const entries: Entry[] = []
  const slices = new TimeSlices()
  let before: string | undefined
  for (;;) {
    const page = await memories.list(scope, {
      limit: PAGE,
      kinds: ['fact', 'explicit'],
      ...(before === undefined ? {} : { before }),
    })
    entries.push(
      ...page.filter(memory => memory.merged_into === undefined).map(memory => ({ memory, shapes: new Map() })),
    )
    before = page.at(-1)?.memory_id
    if (page.length < PAGE) return entries
    await slices.pause()
  }
}

/** Whether a memory still holds when the fact was said, or was said to hold just as long as the fact. */
const holds = (memory: MemoryRecord, fact: ExtractedFact): boolean =>
  memory.valid_to === undefined || memory.valid_to > fact.source.sent_at || memory.valid_to === fact.valid_to

/** Until when something held that was contradicted since; what was said before it too, ended it when it was said anew. */
const endedBy = (later: MemoryRecord, said_at: number): number =>
  later.valid_from > said_at ? later.valid_from : later.said_to

const toMemory = (
  fact: ExtractedFact,
  scope: Scope,
  session_id: string | undefined,
  { ids, clock }: Pick<ConsolidationDeps, 'ids' | 'clock'>,
  more: Partial<Pick<MemoryRecord, 'supersedes' | 'valid_to'>>,
): MemoryRecord => ({
  ...PLAIN_MEMORY,
  memory_id: ids.uuid(),
  scope,
  kind: 'fact',
  session_id,
  created_at: clock.now(),
  text: fact.text,
  quote: fact.quote,
  category: fact.category,
  importance: fact.importance,
  entities: fact.entities,
  person_ids: [fact.source.person_id],
  sources: [fact.source.message_id],
  said_from: fact.source.sent_at,
  said_to: fact.source.sent_at,
  valid_from: fact.valid_from ?? fact.source.sent_at,
  valid_to: fact.valid_to,
  ...more,
})
