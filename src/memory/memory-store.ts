/** The port of the store of long-term memories, from which every index can be rebuilt. */
import type { MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import type { Category, MemoryRecord, MemoryKind, Tier } from './memory.ts'

/**
 * A page of a list, newest first: at most `limit` memories, older than `before` (the last `memory_id` of the previous
 * page), or without the first `offset` ones.
 */
export interface MemoryPage {
  readonly limit: number
  readonly before?: string
  readonly offset?: number
}

/** Selects memories of a scope; an empty filter selects all, history included. */
export interface MemoryFilter {
  readonly kinds?: readonly MemoryKind[]
  readonly category?: Category
  readonly tier?: Tier
  /** Only memories that still hold. */
  readonly current?: boolean
}

/** What may change about a memory. Its text may not: another text is another memory. */
export interface MemoryChange {
  readonly tier?: Tier
  /** 0 to 1. */
  readonly importance?: number
  /** When it ceased to hold, milliseconds since the Unix epoch; `null`: it holds again. */
  readonly valid_to?: number | null
  /** Further messages that say the same. */
  readonly add_sources?: readonly MessageId[]
  /**
   * When one of these messages was sent, milliseconds since the Unix epoch: `said_from` and `said_to` are extended to
   * it.
   */
  readonly said_at?: number
}

/** Two memories that say the same, to be merged. */
export interface Merge {
  /** The memory that is kept. */
  readonly kept: string
  /** The memory that is merged into it. */
  readonly closed: string
  /** Why they count as the same. */
  readonly reason: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** Importance of the kept memory from now on. */
  readonly importance: number
  readonly tier: Tier
}

/** A memory that was merged into another one. */
export type MergeRecord = Pick<Merge, 'reason' | 'at'> & { readonly memory_id: string }

/** The scope that a memory belongs to. */
export interface MemoryLocation {
  readonly memory_id: string
  readonly scope: Scope
}

/** Reads memories. */
export interface MemoryReader {
  /** The memories of these ids that belong to `scope`, in no particular order. */
  get(scope: Scope, ids: readonly string[]): Promise<readonly MemoryRecord[]>
  /** The memories of a scope that came from these messages. */
  ofSources(scope: Scope, message_ids: readonly MessageId[]): Promise<readonly MemoryRecord[]>
  /** The memories of a scope that contradicted and ended these. */
  supersedersOf(scope: Scope, ids: readonly string[]): Promise<readonly MemoryRecord[]>
  /** The summaries of these sessions. */
  summariesOf(session_ids: readonly string[]): Promise<readonly MemoryRecord[]>
  list(scope: Scope, page: MemoryPage & MemoryFilter): Promise<readonly MemoryRecord[]>
  /** Lists memories of all scopes, for the operator and for maintenance of the index. */
  listAll(page: MemoryPage & MemoryFilter): Promise<readonly MemoryRecord[]>
  /** Memories of what one person alone said in groups: the person may find them anywhere. */
  ofSpeaker(person_id: PersonId, page: MemoryPage & MemoryFilter): Promise<readonly MemoryRecord[]>
  /** The memories that were merged into this one, oldest first. */
  mergesInto(memory_id: string): Promise<readonly MergeRecord[]>
  /** How many memories a scope has, or only those that still hold. */
  countOfScope(scope: Scope, filter?: Pick<MemoryFilter, 'current'>): Promise<number>
  counts(): Promise<{ readonly memories: number; readonly scopes: number }>
  /** How many memories there are of each kind, category and tier; combinations without any are left out. */
  countsByClass(): Promise<
    readonly (Pick<MemoryRecord, 'kind' | 'category' | 'tier'> & { readonly memories: number })[]
  >
}

/** Finds which memories belong to which scopes and people. */
export interface MemoryScopes {
  /** The scope of each of these memories; unknown ids are left out. */
  scopesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Scope>>
  /** Groups with memories that come from this person alone. */
  groupsOfSpeaker(person_id: PersonId): Promise<readonly Scope[]>
  /** Scopes of people and groups with memories, the one most recently added to first. */
  recentScopes(limit: number): Promise<readonly Scope[]>
  /** Every memory of a person's own scope, and every memory that their messages contributed to. */
  locationsOfPerson(person_id: PersonId): Promise<readonly MemoryLocation[]>
}

/** Adds, changes and removes memories. */
export interface MemoryWriter {
  /**
   * Adds a memory; the memories of its scope that it supersedes end when it was said. A second summary of a session, or
   * a memory with a known id, is not added.
   * @returns the memory that is stored
   * @throws DenidinError `invalid_input` for a scope that is not a well-formed text
   */
  add(memory: MemoryRecord): Promise<{ readonly added: boolean; readonly memory: MemoryRecord }>
  /**
   * Ends a memory because another one of its scope contradicts it.
   * @param by `at`: since when, milliseconds since the Unix epoch
   */
  supersede(scope: Scope, memory_id: string, by: { readonly memory_id: string; readonly at: number }): Promise<void>
  /**
   * Removes the memories of a session. Everything that they alone had superseded holds again, as long as it would have
   * held without them. Returns the removed ids.
   */
  removeOfSession(session_id: string): Promise<readonly string[]>
  /** Removes these memories of a scope in the same way. Returns the ids that existed. */
  remove(scope: Scope, memory_ids: readonly string[]): Promise<readonly string[]>
  /** @returns whether the scope has the memory. */
  change(scope: Scope, memory_id: string, change: MemoryChange): Promise<boolean>
  /**
   * Merges two memories of a scope, all or nothing. The kept one takes over sources, days, uses, relations and
   * entities; the closed one keeps its text, and holds again if the kept one is removed.
   * @returns false if one of them is missing, or no longer holds.
   */
  merge(scope: Scope, merge: Merge): Promise<boolean>
}

export interface MemoryStore extends MemoryReader, MemoryScopes, MemoryWriter {}
