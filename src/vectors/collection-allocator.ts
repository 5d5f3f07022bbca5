/**
 * The port of the table that records which collection of the index stores each scope, and which vectors wait to be
 * indexed.
 */
import type { Scope } from '../messages/scope.ts'
import type { StoredVector } from './vector-store.ts'

/** Number of a collection: unique in its vector store, never reused. */
export type CollectionNumber = number

/**
 * `new`: assigned, not created yet · `live`: contains vectors · `filling`: will take over the scopes of another one ·
 * `retired`: stores no scope any more; to be dropped from the index.
 */
export type CollectionState = 'new' | 'live' | 'filling' | 'retired'

export interface Collection {
  readonly collection: CollectionNumber
  readonly space: string
  readonly state: CollectionState
  /** Whether it stores a single scope, so that a query need not name it. */
  readonly alone: boolean
}

/** A vector on its way into the index; `seq` changes whenever the vector does. */
export interface WaitingVector extends StoredVector {
  readonly seq: number
}

/** Vectors for one collection. */
export interface Batch {
  readonly collection: Collection
  readonly vectors: readonly WaitingVector[]
}

/** Scopes that are to leave a collection that grew too large. */
export interface Move {
  readonly from: CollectionNumber
  readonly scopes: readonly Scope[]
  readonly alone: boolean
}

/**
 * Moves between collections. Growth and rebuilding work the same way: fill a new collection, then switch the scopes.
 */
export interface MoveTable {
  /** The scopes that should leave the collection because it, or a scope in it, has grown too large. */
  overgrown(collection: CollectionNumber): Promise<Move | undefined>
  /** All scopes of a collection, as a move to a new one. */
  whole(collection: CollectionNumber): Promise<Move | undefined>
  /** Assigns the collection that a move fills. */
  begin(move: Move): Promise<Collection>
  /** The next vectors of a move, after `seq`. */
  copies(move: Move, after: number, limit: number): Promise<readonly WaitingVector[]>
  /** Switches the scopes of a move to their new collection; changes made meanwhile follow through `take`. */
  finish(move: Move, to: CollectionNumber, copied: readonly Omit<WaitingVector, 'vector'>[]): Promise<void>
}

/** The data for rebuilding and verifying the index. */
export interface MaintenanceTable {
  /**
   * Records that all current collections are to be rebuilt. An earlier rebuild that was not finished continues instead.
   */
  begin(): Promise<void>
  /** The collections that are left to rebuild, and their number of vectors; `undefined` if no rebuild is under way. */
  left(): Promise<{ readonly collections: readonly CollectionNumber[]; readonly vectors: number } | undefined>
  end(): Promise<void>
  /** Every vector that a collection certainly should contain, page by page: ids and scopes. */
  indexed(collection: CollectionNumber, after: number, limit: number): Promise<readonly Omit<WaitingVector, 'vector'>[]>
  /**
   * For each of these ids the scope under which a collection certainly contains it, or `undefined` if it only may
   * contain it. An id that it must not contain is left out.
   */
  current(collection: CollectionNumber, item_ids: readonly string[]): Promise<ReadonlyMap<string, Scope | undefined>>
  /** The stored vectors of these ids. */
  stored(item_ids: readonly string[]): Promise<readonly StoredVector[]>
}

/** A collection whose files still contain deleted vectors. */
export interface UncleanCollection {
  readonly collection: CollectionNumber
  /** Everything that left it was blanked first: its files are clean once they are up to date. */
  readonly blanked: boolean
}

/** Collections whose files still contain deleted vectors, while a purge is requested. */
export interface PurgeTable {
  /** The collections of this space; `undefined` if no purge is requested. */
  unclean(): Promise<readonly UncleanCollection[] | undefined>
  /** The files of a collection whose deleted vectors were all blanked are up to date. */
  cleaned(collection: CollectionNumber): Promise<void>
  /** Whether no collection of any space contains deleted vectors any more. */
  isClean(): Promise<boolean>
  /** The files are rewritten: the purge ends, unless a vector was deleted meanwhile. */
  end(): Promise<void>
}

/** Reads which collections exist, and where a scope is stored. */
export interface CollectionReader {
  /** A name part that no other vector store has. */
  readonly instance: string
  readonly space: string
  /**
   * Whether this table cleans up data that belongs to no space in use. Of several tables over one vector store, exactly
   * one does.
   */
  readonly tidies: boolean
  /** The collection of a scope; `undefined` if it has no vectors in the index. */
  find(scope: Scope): Promise<Collection | undefined>
  /** Collections of this space and, if this table tidies, those of spaces that are not in use. */
  collections(): Promise<readonly Collection[]>
  /** Every collection of every space. */
  every(): Promise<readonly Collection[]>
  /** Least and most vectors that a collection may currently contain. */
  bounds(collection: CollectionNumber): Promise<{ readonly least: number; readonly most: number }>
}

/** Reads the vectors that the index certainly contains. */
export interface IndexedVectors {
  /** How many vectors of a scope are indexed. */
  indexed(scope: Scope): Promise<number>
  /** Scopes that have vectors in the index. */
  scopes(): Promise<readonly Scope[]>
  /** Vectors of a scope, at most `limit`. */
  vectorsOf(scope: Scope, limit: number): Promise<readonly StoredVector[]>
  /** Up to `limit` vectors of a collection, spread over all ages. */
  samples(collection: CollectionNumber, limit: number): Promise<readonly StoredVector[]>
}

/** Vectors that wait to be put into the index or deleted from it. */
export interface IndexQueue {
  /** Vectors that wait to be put into the index. */
  pending(): Promise<number>
  /**
   * The next waiting vectors, at most `limit`, by collection. Assigns a collection to scopes without one, and records
   * that the collections may contain the vectors from now on.
   */
  take(limit: number): Promise<readonly Batch[]>
  /** These vectors are in the collection now, unless they changed since they were taken. */
  confirm(collection: CollectionNumber, vectors: readonly WaitingVector[]): Promise<void>
  /** The next items to be deleted from a collection. */
  removals(limit: number): Promise<{ collection: CollectionNumber; item_ids: readonly string[] } | undefined>
  /** @param blanked the vectors were overwritten before they were deleted */
  removed(collection: CollectionNumber, item_ids: readonly string[], blanked: boolean): Promise<void>
}

/** Records the life cycle of collections. */
export interface CollectionLifecycle {
  /** The collection exists and is empty. */
  made(collection: CollectionNumber): Promise<void>
  /** A collection is lost, damaged or not needed: its vectors wait to be indexed again. */
  retire(collection: CollectionNumber): Promise<void>
  /** Retires the leftovers of other spaces, and of moves that were never finished. */
  retireLeftovers(): Promise<void>
  /** A retired collection is gone from the index. */
  dropped(collection: CollectionNumber): Promise<void>
}

/**
 * The table for one space. It is in the same file as the vectors, so the two cannot disagree. Every call is one
 * transaction: after a crash at any point, the table says what is left to do.
 */
export interface CollectionAllocator extends CollectionReader, IndexedVectors, IndexQueue, CollectionLifecycle {
  readonly moves: MoveTable
  readonly maintenance: MaintenanceTable
  readonly purge: PurgeTable
}
