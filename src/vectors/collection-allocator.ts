/** The port of the table that says which scope is stored in which collection of the index, and what waits to be indexed. */
import type { Scope } from '../messages/scope.ts'
import type { StoredVector } from './vector-store.ts'

/** Number of a collection: unique in its vector store, never given out twice. */
export type CollectionNumber = number

/**
 * `new`: given out, not made yet · `live`: holds vectors · `filling`: will take over the scopes of another one ·
 * `retired`: no scope lies there any more; to be dropped from the index.
 */
export type CollectionState = 'new' | 'live' | 'filling' | 'retired'

export interface Collection {
  readonly collection: CollectionNumber
  readonly space: string
  readonly state: CollectionState
  /** Holds a single scope and may be asked without naming it. */
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

/** Scopes that shall leave a collection that grew too large. */
export interface Move {
  readonly from: CollectionNumber
  readonly scopes: readonly Scope[]
  readonly alone: boolean
}

/** Moves between collections: growth and rebuilding are one act, fill a new collection and then switch the scopes. */
export interface MoveTable {
  /** What should leave the collection because it, or a scope in it, has outgrown its size. */
  overgrown(collection: CollectionNumber): Promise<Move | undefined>
  /** All that a collection holds, as a move to a fresh one. */
  whole(collection: CollectionNumber): Promise<Move | undefined>
  /** Gives out the collection that a move fills. */
  begin(move: Move): Promise<Collection>
  /** The next vectors of a move, after `seq`. */
  copies(move: Move, after: number, limit: number): Promise<readonly WaitingVector[]>
  /** Switches the scopes of a move to their new collection; what changed meanwhile follows by way of `take`. */
  finish(move: Move, to: CollectionNumber, copied: readonly Omit<WaitingVector, 'vector'>[]): Promise<void>
}

/** What rebuilding and verifying the index go by. */
export interface MaintenanceTable {
  /**
   * Records that all present collections are to be rebuilt. A rebuild that was recorded before and not
   * finished goes on instead.
   */
  begin(): Promise<void>
  /** What is left to rebuild, and how many vectors that is; `undefined` when none is under way. */
  left(): Promise<{ readonly collections: readonly CollectionNumber[]; readonly vectors: number } | undefined>
  end(): Promise<void>
  /** Every vector that a collection should hold for certain, page by page: ids and scopes. */
  indexed(collection: CollectionNumber, after: number, limit: number): Promise<readonly Omit<WaitingVector, 'vector'>[]>
  /**
   * The scope under which a collection holds each of these ids for certain, `undefined` for one that it may hold; one
   * that it must not hold is left out.
   */
  current(collection: CollectionNumber, item_ids: readonly string[]): Promise<ReadonlyMap<string, Scope | undefined>>
  /** The stored vectors of these ids. */
  stored(item_ids: readonly string[]): Promise<readonly StoredVector[]>
}

/** A collection whose files still contain deleted vectors. */
export interface UncleanCollection {
  readonly collection: CollectionNumber
  /** All that left it were blanked first: its files are clean once they are up to date. */
  readonly blanked: boolean
}

/** Collections whose files still contain deleted vectors, while a purge is requested. */
export interface PurgeTable {
  /** Those of this space; `undefined` when no purge is requested. */
  unclean(): Promise<readonly UncleanCollection[] | undefined>
  /** The files of a collection, all of whose deleted vectors were blanked, are up to date. */
  cleaned(collection: CollectionNumber): Promise<void>
  /** Whether no collection of any space is left that contains deleted vectors. */
  isClean(): Promise<boolean>
  /** The files are rewritten: the purge ends, unless a vector was deleted meanwhile. */
  end(): Promise<void>
}

/** Reads which collections there are, and where a scope is stored. */
export interface CollectionReader {
  /** A name part that no other vector store has. */
  readonly instance: string
  readonly space: string
  /** Whether this table cleans up what belongs to no space in use. Of several tables over one vector store, one does. */
  readonly tidies: boolean
  /** The collection of a scope; `undefined` when it has no vectors in the index. */
  find(scope: Scope): Promise<Collection | undefined>
  /** Collections of this space, and, if this table tidies, those of spaces that are not in use. */
  collections(): Promise<readonly Collection[]>
  /** Every collection of every space. */
  every(): Promise<readonly Collection[]>
  /** Least and most vectors that a collection may hold at this moment. */
  bounds(collection: CollectionNumber): Promise<{ readonly least: number; readonly most: number }>
}

/** Reads the vectors that the index holds for certain. */
export interface IndexedVectors {
  /** How many vectors of a scope. */
  indexed(scope: Scope): Promise<number>
  /** Scopes that have vectors in the index. */
  scopes(): Promise<readonly Scope[]>
  /** The vectors of a scope, at most `limit`. */
  vectorsOf(scope: Scope, limit: number): Promise<readonly StoredVector[]>
  /** Up to `limit` vectors of a collection, spread over all their ages. */
  samples(collection: CollectionNumber, limit: number): Promise<readonly StoredVector[]>
}

/** Vectors that wait to be put into the index or deleted from it. */
export interface IndexQueue {
  /** Vectors that wait to be put into the index. */
  pending(): Promise<number>
  /**
   * The next waiting vectors, at most `limit`, by collection. Scopes without a collection are given one, and it is noted
   * that the collections may hold the vectors from now on.
   */
  take(limit: number): Promise<readonly Batch[]>
  /** These vectors are in the collection, unless they have changed since they were taken. */
  confirm(collection: CollectionNumber, vectors: readonly WaitingVector[]): Promise<void>
  /** The next items to be deleted from a collection. */
  removals(limit: number): Promise<{ collection: CollectionNumber; item_ids: readonly string[] } | undefined>
  /** @param blanked the vectors were overwritten before they were deleted */
  removed(collection: CollectionNumber, item_ids: readonly string[], blanked: boolean): Promise<void>
}

/** Records what becomes of collections. */
export interface CollectionLifecycle {
  /** The collection exists and is empty. */
  made(collection: CollectionNumber): Promise<void>
  /** A collection is lost, damaged or not needed: its vectors wait again. */
  retire(collection: CollectionNumber): Promise<void>
  /** Retires what other spaces, and moves that were never finished, have left behind. */
  retireLeftovers(): Promise<void>
  /** A retired collection is gone from the index. */
  dropped(collection: CollectionNumber): Promise<void>
}

/**
 * The table for one space. It is in the same file as the vectors, so the two cannot disagree; every call is one
 * transaction, so that after a crash at any moment the table says what is left to do.
 */
export interface CollectionAllocator extends CollectionReader, IndexedVectors, IndexQueue, CollectionLifecycle {
  readonly moves: MoveTable
  readonly maintenance: MaintenanceTable
  readonly purge: PurgeTable
}
