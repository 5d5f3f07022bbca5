/** The port of long-term memories: the truth, from which every index can be rebuilt. */
import type { MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import type { Category, MemoryRecord, MemoryKind, Tier } from './memory.ts'

/**
 * Part of a list, newest first: at most `limit` memories, older than `before` (last `memory_id` of the page before), or
 * without the first `offset` ones.
 */
export interface MemoryPage {
  readonly limit: number
  readonly before?: string
  readonly offset?: number
}

/** Which memories of a scope; without anything: all, history included. */
export interface MemoryFilter {
  readonly kinds?: readonly MemoryKind[]
  readonly category?: Category
  readonly tier?: Tier
  /** Only those that still hold. */
  readonly current?: boolean
}

/** What may change about a memory; its words may not: another text is another memory. */
export interface MemoryChange {
  readonly tier?: Tier
  /** 0 to 1. */
  readonly importance?: number
  /** When it ceased to hold, milliseconds since the Unix epoch; `null`: it holds again. */
  readonly valid_to?: number | null
  /** Further messages that say the same. */
  readonly add_sources?: readonly MessageId[]
  /** When one of them was said, milliseconds since the Unix epoch: `said_from` and `said_to` reach that far. */
  readonly said_at?: number
}

/** Two memories that say the same, to be made one. */
export interface Merge {
  /** The memory that is kept. */
  readonly kept: string
  /** The memory that holds no more by itself. */
  readonly closed: string
  /** Why they are taken for the same. */
  readonly reason: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** Those of the kept memory, from now on. */
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
  /** What these sessions as a whole were about. */
  summariesOf(session_ids: readonly string[]): Promise<readonly MemoryRecord[]>
  list(scope: Scope, page: MemoryPage & MemoryFilter): Promise<readonly MemoryRecord[]>
  /** For the operator and for maintenance of the index: over all scopes. */
  listAll(page: MemoryPage & MemoryFilter): Promise<readonly MemoryRecord[]>
  /** What one person alone said in groups: they may find it wherever they are. */
  ofSpeaker(person_id: PersonId, page: MemoryPage & MemoryFilter): Promise<readonly MemoryRecord[]>
  /** What was merged into a memory, oldest first. */
  mergesInto(memory_id: string): Promise<readonly MergeRecord[]>
  /** How many memories a scope holds, or only those that still hold. */
  countOfScope(scope: Scope, filter?: Pick<MemoryFilter, 'current'>): Promise<number>
  counts(): Promise<{ readonly memories: number; readonly scopes: number }>
}

/** Tells which memories belong to which scopes and persons. */
export interface MemoryScopes {
  /** The scope of each of these memories; unknown ids are left out. */
  scopesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Scope>>
  /** Groups that remember what one person alone said. */
  groupsOfSpeaker(person_id: PersonId): Promise<readonly Scope[]>
  /** Scopes that hold memories, the one last added to first. */
  recentScopes(limit: number): Promise<readonly Scope[]>
  /** Every memory of a person's own scope, and every one that their words had a share in. */
  locationsOfPerson(person_id: PersonId): Promise<readonly MemoryLocation[]>
}

/** Adds, changes and removes memories. */
export interface MemoryWriter {
  /**
   * Adds a memory; those of its scope that it supersedes end when it was said. A summary whose session has given one
   * already, and a memory whose id is known, are not added.
   * @returns the memory that is stored
   * @throws DenidinError `invalid_input` for a scope that is no well-formed text
   */
  add(memory: MemoryRecord): Promise<{ readonly added: boolean; readonly memory: MemoryRecord }>
  /**
   * Ends a memory because another one of its scope contradicts it.
   * @param by `at`: since when, milliseconds since the Unix epoch
   */
  supersede(scope: Scope, memory_id: string, by: { readonly memory_id: string; readonly at: number }): Promise<void>
  /**
   * Removes the memories that a session gave. Everything that they alone had superseded holds again, as long as it would
   * have held without them. Gives the removed ids.
   */
  removeOfSession(session_id: string): Promise<readonly string[]>
  /** Removes these memories of a scope, in the same manner. Gives the ids that were there. */
  remove(scope: Scope, memory_ids: readonly string[]): Promise<readonly string[]>
  /** @returns whether the scope holds the memory. */
  change(scope: Scope, memory_id: string, change: MemoryChange): Promise<boolean>
  /**
   * Makes two memories of a scope one, all or nothing: the kept one takes over sources, days, uses, relations and
   * entities; the closed one keeps its words, and holds again when the kept one is removed.
   * @returns false where one of both is missing, or holds no more.
   */
  merge(scope: Scope, merge: Merge): Promise<boolean>
}

export interface MemoryStore extends MemoryReader, MemoryScopes, MemoryWriter {}
