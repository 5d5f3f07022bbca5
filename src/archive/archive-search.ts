/** The port of the archive's search: what can be asked, and what is answered. */
import type { PersonId } from '../people/person.ts'
import type { Scope } from '../messages/scope.ts'
import type { ArchiveMessage, ArchiveRole, Level, SourceType } from './archive-message.ts'

/** What messages have to be. Several filters narrow each other. */
export interface ArchiveFilters {
  /** Path of the project, or its name. */
  readonly project?: string | undefined
  /** Who wrote it: a person of the bot, or a sender as the source names them (whole, or a part of the name). */
  readonly person?: { readonly person_id?: PersonId | undefined; readonly name: string } | undefined
  readonly chat?: string | undefined
  readonly session?: string | undefined
  readonly component?: string | undefined
  readonly level?: Level | undefined
  readonly role?: ArchiveRole | undefined
  readonly source_type?: SourceType | undefined
  /** Milliseconds since the Unix epoch; `until` is not a part of it. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** Who may see what: everything (the operator), or the messages of some scopes. */
export type ArchiveAccess = 'all' | { readonly scopes: readonly Scope[] }

export interface ArchiveQuestion {
  /** Words in the language of queries; nothing: all messages. */
  readonly query?: string | undefined
  readonly filters: ArchiveFilters
  readonly access: ArchiveAccess
  readonly sort: 'relevance' | 'newest'
  readonly limit: number
  /** Where the page before ended (`ArchiveAnswer.next`). */
  readonly cursor?: string | undefined
  /** Count what matches, by project, component, level and month. */
  readonly facets?: boolean | undefined
  /** The zone in which months begin. */
  readonly time_zone: string
}

/** A piece of a text, marked where it matches. */
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
  /** BM25; `undefined` when sorted by time. */
  readonly score?: number | undefined
  readonly snippet: readonly SnippetPiece[]
}

/** What else there is to say about an answer. */
export interface SearchNotes {
  /** The query could not be read as it is written, and was searched as plain words. */
  readonly as_plain_words: boolean
  /** No message contains all words; these contain some. */
  readonly any_word: boolean
  /** Words that no message contains, and what was looked for instead. */
  readonly corrected: readonly { readonly written: string; readonly meant: string }[]
  /** Messages that wait to be indexed. */
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
  /** `2026-11`, the latest first. */
  readonly months: readonly FacetCount[]
}

export interface ArchiveAnswer {
  readonly messages: readonly FoundMessage[]
  readonly notes: SearchNotes
  /** For the next page; `undefined` after the last one. */
  readonly next?: string | undefined
  readonly facets?: Facets | undefined
}

/** Searches the archive. */
export interface ArchiveSearch {
  /** @throws DenidinError `invalid-input` for a cursor of another search */
  search(question: ArchiveQuestion, options?: { readonly signal: AbortSignal }): Promise<ArchiveAnswer>
}
