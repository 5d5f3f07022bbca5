/** The port of the archive's search: its queries and results. */
import type { PersonId } from '../people/person.ts'
import type { Scope } from '../messages/scope.ts'
import type { ArchiveMessage, ArchiveRole, Level, SourceType } from './archive-message.ts'

/** Conditions for messages; a message must meet all of them. */
export interface ArchiveFilters {
  /** Path of the project, or its name. */
  readonly project?: string | undefined
  /** The writer: a person known to the bot, or a sender's name as given by the source (complete or in part). */
  readonly person?: { readonly person_id?: PersonId | undefined; readonly name: string } | undefined
  readonly chat?: string | undefined
  readonly session?: string | undefined
  readonly component?: string | undefined
  readonly level?: Level | undefined
  readonly role?: ArchiveRole | undefined
  readonly source_type?: SourceType | undefined
  /** Milliseconds since the Unix epoch; `until` is exclusive. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** Which messages a search may read: all (for the operator), or those of some scopes. */
export type ArchiveAccess = 'all' | { readonly scopes: readonly Scope[] }

export interface ArchiveQuestion {
  /** Text in the query language; empty: all messages. */
  readonly query?: string | undefined
  readonly filters: ArchiveFilters
  readonly access: ArchiveAccess
  readonly sort: 'relevance' | 'newest'
  readonly limit: number
  /** Where the previous page ended (`ArchiveAnswer.next`). */
  readonly cursor?: string | undefined
  /** Whether to count the matching messages by project, component, level and month. */
  readonly facets?: boolean | undefined
  /** The time zone in which months begin. */
  readonly time_zone: string
}

/** A piece of a text, with a mark if it matches. */
export interface SnippetPiece {
  readonly text: string
  readonly matches: boolean
}

export interface FoundMessage extends Pick<
  ArchiveMessage,
  | 'seq'
  | 'role'
  | 'at'
  | 'project'
  | 'session'
  | 'component'
  | 'level'
  | 'source_type'
  | 'sender_name'
  | 'scope'
  | 'person_id'
  | 'chat_id'
  | 'message_id'
> {
  /** BM25; `undefined` if the hits are sorted by time. */
  readonly score?: number | undefined
  readonly snippet: readonly SnippetPiece[]
}

/** Remarks about an answer. */
export interface SearchNotes {
  /** The query could not be parsed, and was searched as plain words. */
  readonly as_plain_words: boolean
  /** There is no word in the query: these are the newest messages. */
  readonly no_words: boolean
  /** A * that is not at the end of a word stands for nothing. */
  readonly ignored_star: boolean
  /** No message contains all words; the hits contain some of them. */
  readonly any_word: boolean
  /** Words that no message contains, and the words that were searched instead. */
  readonly corrected: readonly { readonly written: string; readonly meant: string }[]
  /** How many messages are not indexed yet. */
  readonly waiting: number
}

export interface FacetCount {
  readonly value: string
  readonly messages: number
}

export interface Facets {
  readonly messages: number
  readonly projects: readonly FacetCount[]
  readonly components: readonly FacetCount[]
  readonly levels: readonly FacetCount[]
  /** Months such as `2026-11`, the latest first. */
  readonly months: readonly FacetCount[]
}

export interface ArchiveAnswer {
  readonly messages: readonly FoundMessage[]
  readonly notes: SearchNotes
  /** The cursor for the next page; `undefined` after the last one. */
  readonly next?: string | undefined
  readonly facets?: Facets | undefined
}

/** Searches the archive. */
export interface ArchiveSearch {
  /** @throws DenidinError `invalid-input` for a cursor of another search */
  search(question: ArchiveQuestion, options?: { readonly signal: AbortSignal }): Promise<ArchiveAnswer>
}
