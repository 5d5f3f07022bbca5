/** The port of what gets vectors: memories or messages. */
import type { Scope } from '../messages/scope.ts'

/** Something that gets a vector. */
export interface Embeddable {
  /** Its id among the vectors: that of a memory, or the source's prefix and an id of the source's own. */
  readonly item_id: string
  readonly scope: Scope
}

/** Part of what a source holds. */
export interface SourcePage {
  readonly items: readonly Embeddable[]
  /** Where the next page begins; `undefined`: that was all there is for now. */
  readonly next: string | undefined
}

/** What became of items that were reported before. */
export interface SourceChanges {
  /** To be handed back once the vectors follow. */
  readonly upTo: number
  /** Vectors that contain words which were changed or deleted. */
  readonly stale: readonly string[]
  /** Those of them that are there, in another form. */
  readonly renewed: readonly Embeddable[]
  /** Of a growing source: behind this mark (a number) everything is to be compared again. */
  readonly again_after?: string
}

/** What the vectors follow: memories, or messages. Says what should have a vector, and of which text. */
export interface EmbeddingSource {
  /** In the plural, for the log and for the operator: `memories`. */
  readonly name: string
  /** What its ids among the vectors begin with; empty for memories. No other source's ids begin so. */
  readonly prefix: string
  /** New things always come last: what was compared once need not be compared at the next start. */
  readonly growing: boolean
  /** How often it is to be looked at again; `undefined`: additions are reported. */
  readonly looked_at_every_ms?: number
  /** What it holds, in a stable order, from `after` on. */
  page(page: { readonly limit: number; readonly after: string | undefined }): Promise<SourcePage>
  /** The scope of each of these; what is not there (any more), or should have no vector, is left out. */
  scopesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Scope>>
  /** The texts by which these are embedded; unknown items are left out. */
  textsOf(items: readonly Embeddable[]): Promise<ReadonlyMap<string, string>>
  /** The oldest changes behind `after`, about `limit` of them; `undefined` when there are none. */
  changes(after: number, limit: number): Promise<SourceChanges | undefined>
  /** The vectors follow everything up to this change. */
  followed(upTo: number): Promise<void>
}
