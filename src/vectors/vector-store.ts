/** The port of the vector store: every embedding that was paid for, kept in `data/vectors.db`. */
import type { Scope } from '../messages/scope.ts'

export interface StoredVector {
  /** The memory or message that it belongs to: see `item-id.ts`. */
  readonly item_id: string
  readonly scope: Scope
  readonly vector: Float32Array
}

/**
 * Whether a space accepts vectors of `length` numbers: all vectors of a space have the same length, because they are
 * compared.
 */
export const takesLength = (held: number | undefined, length: number): boolean =>
  length > 0 && (held === undefined || held === length)

/** Reads vectors, by item and space (embedding model). */
export interface VectorReader {
  /** The scope under which each of these items has a vector in `space`; items without one are left out. */
  scopesOf(space: string, item_ids: readonly string[]): Promise<ReadonlyMap<string, Scope>>
  /**
   * Ids that have a vector in any space, in order, after `after`: those that begin with `prefix` or, with an empty
   * prefix, those of memories, which have none.
   */
  idsOf(prefix: string, page: { readonly limit: number; readonly after?: string }): Promise<readonly string[]>
  /** Vectors of one scope, in batches, in a stable order. */
  ofScope(space: string, scope: Scope, batch: number): AsyncIterable<readonly StoredVector[]>
  /** How many numbers each vector of a space has; `undefined` while it is empty. */
  lengthOf(space: string): Promise<number | undefined>
  /** How many vectors a space contains. */
  count(space: string): Promise<number>
  /** Whether a space contains any vector, or any of a scope. */
  holds(space: string, scope?: Scope): Promise<boolean>
  /** How many vectors of a scope a space contains. */
  countIn(space: string, scope: Scope): Promise<number>
  /** How many vectors of a scope all spaces contain together, without those of the items `except`. */
  countOfScope(scope: Scope, except?: readonly string[]): Promise<number>
}

/** Changes vectors. The index follows: vectors added or deleted here are added or deleted there. */
export interface VectorWriter {
  /**
   * Adds or replaces vectors.
   * @throws DenidinError `invalid_input` if a vector has another length than those already in the space.
   */
  put(space: string, vectors: readonly StoredVector[]): Promise<void>
  /** Moves the vectors of a scope, or only those of `item_ids`, to another scope. */
  rescope(from: Scope, to: Scope, item_ids?: readonly string[]): Promise<void>
  /** Deletes every vector of a scope except those of the items `except`. @returns how many */
  deleteScope(scope: Scope, except?: readonly string[]): Promise<number>
  /** Deletes the vectors of these items from every space. */
  delete(item_ids: readonly string[]): Promise<void>
  /**
   * How far a growing source has been compared with a space; stored with the vectors, so that both are lost together.
   */
  mark(space: string): Promise<string | undefined>
  /** `undefined`: everything must be compared again. */
  setMark(space: string, mark: string | undefined): Promise<void>
}

/** Manages whole spaces. */
export interface VectorSpaces {
  /** Every space that contains vectors, with their number; the one last written to comes first. */
  spaces(): Promise<readonly { readonly space: string; readonly vectors: number }[]>
  /** Deletes some of a space's vectors; false if any are left. */
  dropSpace(space: string): Promise<boolean>
}

/** Requests index files without deleted vectors. */
export interface VectorPurge {
  /** Records that the files of the index have to be rewritten without the deleted vectors, if there are any. */
  requestPurge(): Promise<void>
  /** Whether that is still pending. */
  purgePending(): Promise<boolean>
}

export interface VectorStore extends VectorReader, VectorWriter, VectorSpaces, VectorPurge {}
