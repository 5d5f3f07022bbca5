/** An entry of a search scope whose index is open. */
import type { ScopeEntry } from '../messages/scope.ts'
import type { ScopeReader } from './full-text/full-text-index.ts'

/** An entry of a search scope with a reader of its index that reads what may be read there, and nothing else. */
export interface OpenedEntry extends ScopeEntry {
  readonly reader: ScopeReader
  /** The question is asked in this scope. */
  readonly isAsked: boolean
}
