/** Defines a memory: a fact, something that a person asked to remember, or the summary of a session. */
import type { MessageId } from '../messages/message.ts'
import { SHARED_SCOPE, type Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'

/**
 * `fact`: one thing that a person said, taken from a conversation; `explicit`: something that a person asked to
 * remember, or a passage of a file that the operator shares; `session_summary`: the summary of one session; `session_transcript`: its text, if the model could not
 * summarise it.
 */
export const MEMORY_KINDS = ['fact', 'explicit', 'session_summary', 'session_transcript'] as const
export type MemoryKind = (typeof MEMORY_KINDS)[number]

export const CATEGORIES = ['facts', 'preferences', 'skills', 'rules', 'context'] as const
export type Category = (typeof CATEGORIES)[number]

/** How readily a memory is recalled; new memories start in `long_term`. */
export const TIERS = ['working', 'short_term', 'long_term'] as const
export type Tier = (typeof TIERS)[number]

export const ENTITY_KINDS = ['person', 'technology', 'file', 'concept', 'organization', 'place'] as const

/** A person or thing that a memory is about. */
export interface Entity {
  readonly kind: (typeof ENTITY_KINDS)[number]
  readonly value: string
}

/** One stored memory. */
export interface MemoryRecord {
  readonly memory_id: string
  readonly scope: Scope
  /** The people whose messages it came from. */
  readonly person_ids: readonly PersonId[]
  readonly kind: MemoryKind
  /** One sentence for a fact; the whole summary otherwise. */
  readonly text: string
  readonly category: Category
  readonly tier: Tier
  /** 0 to 1. */
  readonly importance: number
  /** The session it came from: one session produces at most one summary, and any number of facts. */
  readonly session_id: string | undefined
  /** First and last message that it came from, milliseconds since the Unix epoch. */
  readonly said_from: number
  readonly said_to: number
  /** Since when, and until when, it held; if there is no end, it still holds. Milliseconds since the Unix epoch. */
  readonly valid_from: number
  readonly valid_to: number | undefined
  /** The memories that it contradicted and ended. */
  readonly supersedes: readonly string[]
  /** The memory with the same meaning into which it was merged; it no longer holds by itself. */
  readonly merged_into: string | undefined
  /** The exact words, verified to occur in the source. */
  readonly quote: string | undefined
  /** Messages that it came from. */
  readonly sources: readonly MessageId[]
  readonly entities: readonly Entity[]
  readonly created_at: number
}

/** The name of the file that a shared memory is a passage of; `undefined` for a memory of a conversation. */
export const fileOf = ({ scope, entities }: Pick<MemoryRecord, 'scope' | 'entities'>): string | undefined =>
  scope === SHARED_SCOPE ? entities.find(({ kind }) => kind === 'file')?.value : undefined

/** Default values for the optional properties of a memory. */
export const PLAIN_MEMORY = {
  category: 'context',
  tier: 'long_term',
  importance: 0.5,
  valid_to: undefined,
  supersedes: [],
  merged_into: undefined,
  quote: undefined,
  sources: [],
  entities: [],
} as const satisfies Partial<MemoryRecord>

/** A later text that replaces an earlier one. */
export interface LaterText {
  /** The message or memory that it comes from. */
  readonly id: string
  readonly text: string
}

/** A memory found for a question. */
export interface RecalledMemory {
  readonly memory: MemoryRecord
  /** Cosine similarity of question and memory: 1 − cosine distance. */
  readonly similarity: number
  /** 0.5 ^ (age / 30 days): 1 now, 0.5 after 30 days. */
  readonly recency: number
  /** semantic_weight · similarity + recency_weight · recency; the list is sorted by it. */
  readonly score: number
  /** Since when it no longer holds because of a later message; milliseconds since the Unix epoch. */
  readonly held_until?: number
  /** What was said later about the same subject, the newest last. */
  readonly now?: readonly LaterText[]
  /** The owner, if it is not the asker's own memory. */
  readonly owner_label?: string
}
