/** An entry of a search scope whose index is open. */
import type { ScopeEntry } from '../messages/scope.ts'
import type { ScopeReader } from './full-text/full-text-index.ts'

/** An entry of a search scope, with a reader that can read only what may be read there. */
export interface OpenedEntry extends ScopeEntry {
  readonly reader: ScopeReader
  /** The question is asked in this scope. */
  readonly isAsked: boolean
}
