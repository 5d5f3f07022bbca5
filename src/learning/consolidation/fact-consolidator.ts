/** Adds new facts to the known ones: a restated fact is stored once, a contradicted fact ends but stays as history. */
import type { Ids } from '../../platform/ids.ts'
import { lru } from '../../platform/lru.ts'
import { BackgroundSlices } from '../../platform/urgent-work.ts'
import type { Clock } from '../../platform/clock.ts'
import type { LongTermMemory } from '../../memory/long-term-memory.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../../memory/memory.ts'
import type { MemoryStore } from '../../memory/memory-store.ts'
import type { Scope } from '../../messages/scope.ts'
import type { CallContext } from '../../models/language-model.ts'
import { tokenise } from '../../text/tokenise.ts'
import type { ExtractedFact } from '../extraction/extraction.ts'
import { strengthened } from '../extraction/importance.ts'
import { mayReplace } from '../../text/facts/replacement.ts'
import type { EmbeddingSimilarity } from './embedding-similarity.ts'
import { compareWith, sameByWords, similarByWords, type ComparedFact } from './find-duplicate.ts'
import { nearestFacts } from './nearest-facts.ts'
import { parseFact, type ParsedFact } from '../../text/facts/parse-fact.ts'

export interface FactConsolidatorDeps {
  readonly memories: Pick<MemoryStore, 'list' | 'change' | 'supersede'>
  readonly memory: Pick<LongTermMemory, 'store'>
  readonly similarity: EmbeddingSimilarity
  readonly clock: Clock
  readonly ids: Ids
}

/** The result for a fact: a new memory, or one more source of the memory that already says it. */
export interface ConsolidationResult {
  readonly memory_id: string
  readonly outcome: 'new' | 'restated'
  /** Memories that the fact ended. */
  readonly ended: readonly string[]
}

/** The known facts of one scope during one run of learning. Nothing else may learn in the scope meanwhile. */
export interface KnownFacts {
  /** Facts that still hold, newest first. */
  current(): readonly MemoryRecord[]
  /** Current facts, at most `limit`: those that share most words with the texts first, then the newest. */
  nearest(texts: readonly string[], limit: number): Promise<readonly MemoryRecord[]>
  /** Stores a fact, or adds its source to the memory that already says it. Later facts are compared with it. */
  consolidate(
    fact: ExtractedFact,
    session_id: string | undefined,
    call: Omit<CallContext, 'purpose'>,
  ): Promise<ConsolidationResult>
}

/** Memories per page: about 2 ms. */
const PAGE = 100
const MAX_PARSED = 20_000

/** Opens the known facts of a scope. Caches parsed facts across runs, because parsing costs more than comparing. */
export class FactConsolidator {
  readonly #deps: FactConsolidatorDeps
  readonly #parsed = lru<string, ParsedFact>(MAX_PARSED)

  constructor(deps: FactConsolidatorDeps) {
    this.#deps = deps
  }

  /** Reads every fact of a scope. */
  async open(scope: Scope): Promise<KnownFacts> {
    const entries = await load(this.#deps.memories, scope)
    return new ScopeFacts(this.#deps, scope, entries, (text, speaker) => this.#parse(text, speaker))
  }

  #parse(text: string, { name, words }: Speaker): ParsedFact {
    const key = `${name}\n${text}`
    const known = this.#parsed.get(key)
    if (known !== undefined) return known
    const parsed = parseFact(text, words)
    this.#parsed.set(key, parsed)
    return parsed
  }
}

/** The person who stated a fact. */
interface Speaker {
  readonly name: string
  readonly words: ReadonlySet<string>
}

const speakerOf = ({ source }: ExtractedFact): Speaker => {
  const words = new Set(tokenise(source.sender_name ?? ''))
  return { name: [...words].join(' '), words }
}

interface Entry {
  memory: MemoryRecord
  /** The parsed fact by the speaker's name; parsed at its first comparison. */
  readonly parsed: Map<string, ParsedFact>
}

class ScopeFacts implements KnownFacts {
  readonly #deps: FactConsolidatorDeps
  readonly #scope: Scope
  /** Newest first. */
  #entries: Entry[]
  readonly #parse: (text: string, speaker: Speaker) => ParsedFact

  constructor(
    deps: FactConsolidatorDeps,
    scope: Scope,
    entries: Entry[],
    parse: (text: string, speaker: Speaker) => ParsedFact,
  ) {
    this.#deps = deps
    this.#scope = scope
    this.#entries = entries
    this.#parse = parse
  }

  current(): readonly MemoryRecord[] {
    return this.#entries.map(({ memory }) => memory).filter(memory => memory.valid_to === undefined)
  }

  async nearest(texts: readonly string[], limit: number): Promise<readonly MemoryRecord[]> {
    return await nearestFacts(this.current(), texts, limit)
  }

  async consolidate(
    fact: ExtractedFact,
    session_id: string | undefined,
    call: Omit<CallContext, 'purpose'>,
  ): Promise<ConsolidationResult> {
    const speaker = speakerOf(fact)
    const parsed = asOf(this.#parse(fact.text, speaker), fact.valid_from, fact.source.sent_at)
    let others = await this.#compareWithKnown(fact, parsed, speaker)
    for (;;) {
      const same = await this.#findSame(fact, parsed, others, call)
      if (same === undefined) return await this.#add(fact, parsed, others, session_id)
      if (await this.#restate(same, fact)) {
        return { memory_id: same.memory.memory_id, outcome: 'restated', ended: [] }
      }
      // The memory was forgotten since the facts were read.
      this.#entries = this.#entries.filter(entry => entry !== same)
      others = others.filter(({ entry }) => entry !== same)
    }
  }

  async #compareWithKnown(
    fact: ExtractedFact,
    parsed: ParsedFact,
    speaker: Speaker,
  ): Promise<readonly ComparedFact<Entry>[]> {
    const others: ComparedFact<Entry>[] = []
    const slices = new BackgroundSlices()
    for (const entry of this.#entries) {
      if (!entry.memory.person_ids.includes(fact.source.person_id) || !heldWhenSaid(entry.memory, fact)) continue
      others.push(compareWith(parsed, entry, this.#parseEntry(entry, speaker)))
      await slices.pause()
    }
    return others
  }

  #parseEntry({ memory, parsed }: Entry, speaker: Speaker): ParsedFact {
    const known = parsed.get(speaker.name)
    if (known !== undefined) return known
    const first = asOf(this.#parse(memory.text, speaker), memory.valid_from, memory.said_to)
    parsed.set(speaker.name, first)
    return first
  }

  async #findSame(
    fact: ExtractedFact,
    parsed: ParsedFact,
    others: readonly ComparedFact<Entry>[],
    call: Omit<CallContext, 'purpose'>,
  ): Promise<Entry | undefined> {
    const same = sameByWords(parsed, others, fact.same_as)
    if (same !== undefined) return same
    const similar = similarByWords(parsed, others)
    if (similar.length === 0) return undefined
    const texts = similar.map(({ memory }) => memory.text)
    const answers = await this.#deps.similarity.sameMeaning(fact.text, texts, call)
    return similar[answers.indexOf(true)]
  }

  /** Adds a source to a memory. @returns false if the memory no longer exists */
  async #restate(entry: Entry, fact: ExtractedFact): Promise<boolean> {
    const { memory } = entry
    const { message_id, sent_at: said_at } = fact.source
    if (memory.sources.includes(message_id)) return true
    const importance = strengthened(memory.importance)
    const change = { importance, add_sources: [message_id], said_at }
    if (!(await this.#deps.memories.change(this.#scope, memory.memory_id, change))) return false
    const said_from = Math.min(memory.said_from, said_at)
    const said_to = Math.max(memory.said_to, said_at)
    entry.memory = { ...memory, importance, said_from, said_to, sources: [...memory.sources, message_id] }
    return true
  }

  /** Stores a fact as a new memory, and ends the earlier facts that it contradicts. */
  async #add(
    fact: ExtractedFact,
    parsed: ParsedFact,
    others: readonly ComparedFact<Entry>[],
    session_id: string | undefined,
  ): Promise<ConsolidationResult> {
    const said_at = fact.source.sent_at
    const contradicted = others
      .filter(
        ({ entry, parsed: other, verdict }) =>
          verdict === 'contradicts' ||
          (isNamedBy(fact, entry.memory) && (isCorrectedBy(fact, entry.memory) || mayReplace(parsed, other))),
      )
      .map(({ entry }) => entry)
    const earlier = contradicted.filter(({ memory }) => memory.said_to <= said_at)
    // The fact was learned late: a later statement is current, and this one is history.
    const later = contradicted.filter(({ memory }) => memory.said_to > said_at)
    const supersedes = earlier.map(entry => entry.memory.memory_id)
    const learned = { ...toMemory(fact, this.#scope, session_id, this.#deps), supersedes }
    const { memory_id } = learned
    await this.#deps.memory.store(learned)
    for (const entry of earlier) entry.memory = { ...entry.memory, valid_to: endOf(entry.memory, said_at) }
    let memory: MemoryRecord = learned
    for (const { memory: by } of later) {
      const at = endedBy(by, said_at)
      await this.#deps.memories.supersede(this.#scope, memory_id, { memory_id: by.memory_id, at })
      memory = { ...memory, valid_to: endOf(memory, at) }
    }
    this.#entries.unshift({ memory, parsed: new Map() })
    return { memory_id, outcome: 'new', ended: supersedes }
  }
}

/** Facts and explicit memories, newest first, history included, without those that were merged into another one. */
const load = async (memories: Pick<MemoryStore, 'list'>, scope: Scope): Promise<Entry[]> => {
  const entries: Entry[] = []
  const slices = new BackgroundSlices()
  let before: string | undefined
  for (;;) {
    const page = await memories.list(scope, {
      limit: PAGE,
      kinds: ['fact', 'explicit'],
      ...(before === undefined ? {} : { before }),
    })
    const kept = page.filter(memory => memory.merged_into === undefined)
    entries.push(...kept.map(memory => ({ memory, parsed: new Map<string, ParsedFact>() })))
    before = page.at(-1)?.memory_id
    if (page.length < PAGE) return entries
    await slices.pause()
  }
}

/** Whether a memory held when the fact was said, or ends at the same time as the fact. */
const heldWhenSaid = (memory: MemoryRecord, fact: ExtractedFact): boolean =>
  memory.valid_to === undefined || memory.valid_to > fact.source.sent_at || memory.valid_to === fact.valid_to

/** A plan for a later day ends nothing now, even if only its date says that it is a plan. */
const asOf = (parsed: ParsedFact, valid_from: number | undefined, said_at: number): ParsedFact =>
  valid_from !== undefined &&
  valid_from > said_at &&
  parsed.time === 'now' &&
  parsed.attribute?.cardinality === 'single'
    ? { ...parsed, time: 'later' }
    : parsed

/** Whether the extractor says that a fact replaces a memory, or corrects one of its source messages. */
const isNamedBy = ({ replaces, corrects }: ExtractedFact, { memory_id, sources }: MemoryRecord): boolean =>
  replaces.includes(memory_id) || (corrects !== undefined && sources.includes(corrects))

/** Whether a memory is the statement that the speaker corrected. */
const isCorrectedBy = ({ corrected_statement }: ExtractedFact, { text, quote }: MemoryRecord): boolean =>
  corrected_statement !== undefined && (corrected_statement === text || corrected_statement === quote)

/** When a memory ends if another one ended it at a given time. */
const endOf = ({ valid_to = Number.POSITIVE_INFINITY }: MemoryRecord, at: number): number => Math.min(valid_to, at)

/**
 * When a fact ended that was contradicted later. If the contradicting statement was also made before the fact, the fact
 * ended when that statement was repeated.
 */
const endedBy = (later: MemoryRecord, said_at: number): number =>
  later.valid_from > said_at ? later.valid_from : later.said_to

const toMemory = (
  fact: ExtractedFact,
  scope: Scope,
  session_id: string | undefined,
  { ids, clock }: Pick<FactConsolidatorDeps, 'ids' | 'clock'>,
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
})
