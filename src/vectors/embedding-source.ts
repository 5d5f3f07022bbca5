/** The port of a source of items that get vectors: memories or messages. */
import type { Scope } from '../messages/scope.ts'

/** An item that gets a vector. */
export interface Embeddable {
  /** Its id among the vectors: that of a memory, or the source's prefix and the source's own id. */
  readonly item_id: string
  readonly scope: Scope
}

/** A page of a source's items. */
export interface SourcePage {
  readonly items: readonly Embeddable[]
  /** Where the next page begins; `undefined`: this was the last page for now. */
  readonly next: string | undefined
}

/** Changes to items that were reported before. */
export interface SourceChanges {
  /** Pass this to `followed` once the vectors follow. */
  readonly upTo: number
  /** Vectors that contain words that were changed or deleted. */
  readonly stale: readonly string[]
  /** Those of them that still exist, in another form. */
  readonly renewed: readonly Embeddable[]
  /** For a growing source: everything after this mark (a number) must be compared again. */
  readonly again_after?: string
}

/**
 * The items that the vectors follow, memories or messages: says which items should have a vector, and for which text.
 */
export interface EmbeddingSource {
  /** In the plural, for the log and for the operator: `memories`. */
  readonly name: string
  /** Prefix of its ids among the vectors; empty for memories. Ids of no other source begin with it. */
  readonly prefix: string
  /** Whether new items always come last: if so, items compared once need not be compared at the next start. */
  readonly growing: boolean
  /** How often to check it for new items; `undefined`: additions are reported. */
  readonly looked_at_every_ms?: number
  /** Its items, in a stable order, starting after `after`. */
  page(page: { readonly limit: number; readonly after: string | undefined }): Promise<SourcePage>
  /** The scope of each of these items. Items that no longer exist, or should have no vector, are left out. */
  scopesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Scope>>
  /** The texts by which these items are embedded; unknown items are left out. */
  textsOf(items: readonly Embeddable[]): Promise<ReadonlyMap<string, string>>
  /** The oldest changes after `after`, about `limit` of them; `undefined` if there are none. */
  changes(after: number, limit: number): Promise<SourceChanges | undefined>
  /** The vectors follow everything up to this change. */
  followed(upTo: number): Promise<void>
}
