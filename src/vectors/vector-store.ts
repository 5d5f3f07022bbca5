/** The port of the vector store: every embedding that was ever paid for, kept in `data/vectors.db`. */
import type { Scope } from '../messages/scope.ts'

export interface StoredVector {
  /** The memory or message that it belongs to: see `item-id.ts`. */
  readonly item_id: string
  readonly scope: Scope
  readonly vector: Float32Array
}

/** Whether a space takes vectors of `length` numbers: all of a space have the same, by which they are compared. */
export const takesLength = (held: number | undefined, length: number): boolean =>
  length > 0 && (held === undefined || held === length)

/** Reads vectors, by item and space (embedding model). */
export interface VectorReader {
  /** Under which scope each of these items has a vector in `space`; those without one are left out. */
  scopesOf(space: string, item_ids: readonly string[]): Promise<ReadonlyMap<string, Scope>>
  /**
   * Ids that have a vector in any space, in their order, after `after`: those that begin with `prefix`; with an empty
   * prefix those of memories, which have none.
   */
  idsOf(prefix: string, page: { readonly limit: number; readonly after?: string }): Promise<readonly string[]>
  /** Vectors of one scope, in batches, in a stable order. */
  ofScope(space: string, scope: Scope, batch: number): AsyncIterable<readonly StoredVector[]>
  /** How many numbers each vector of a space has; `undefined` while it holds none. */
  lengthOf(space: string): Promise<number | undefined>
  /** How many vectors a space holds. */
  count(space: string): Promise<number>
  /** Whether a space holds any vector, or any of a scope. */
  holds(space: string, scope?: Scope): Promise<boolean>
  /** How many vectors of a scope a space holds. */
  countIn(space: string, scope: Scope): Promise<number>
  /** How many vectors of a scope all spaces hold together, those of the items `except` left out. */
  countOfScope(scope: Scope, except?: readonly string[]): Promise<number>
}

/** Changes vectors. The index follows: what is added here is put there, what is deleted here is deleted there. */
export interface VectorWriter {
  /**
   * Adds or replaces vectors.
   * @throws DenidinError `invalid_input` when a vector has another length than those that the space holds already.
   */
  put(space: string, vectors: readonly StoredVector[]): Promise<void>
  /** Moves the vectors of a scope, or only those of `item_ids`, to another scope. */
  rescope(from: Scope, to: Scope, item_ids?: readonly string[]): Promise<void>
  /** Deletes every vector of a scope, but not those of the items `except`. @returns how many */
  deleteScope(scope: Scope, except?: readonly string[]): Promise<number>
  /** Deletes the vectors of these items from every space. */
  delete(item_ids: readonly string[]): Promise<void>
  /** How far a growing source has been compared with a space; kept with the vectors, so that both are lost together. */
  mark(space: string): Promise<string | undefined>
  /** `undefined`: everything is to be compared again. */
  setMark(space: string, mark: string | undefined): Promise<void>
}

/** Looks after whole spaces. */
export interface VectorSpaces {
  /** Every space that holds vectors, the one that was written to last first, with the number of its vectors. */
  spaces(): Promise<readonly { readonly space: string; readonly vectors: number }[]>
  /** Deletes some of a space's vectors; false when some are left. */
  dropSpace(space: string): Promise<boolean>
}

/** Asks for index files that contain no deleted vector. */
export interface VectorPurge {
  /** Records that the files of the index have to be rewritten without the vectors that were deleted, if there are any. */
  requestPurge(): Promise<void>
  /** Whether that is still to be done. */
  purgePending(): Promise<boolean>
}

export interface VectorStore extends VectorReader, VectorWriter, VectorSpaces, VectorPurge {}
