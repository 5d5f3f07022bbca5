import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'

/** Something remembered for long. First form: what one session was about. */
export interface Memory {
  readonly memory_id: string
  readonly scope: Scope
  /** Persons whose words it came from. */
  readonly person_ids: readonly PersonId[]
  /** `session_transcript` stands in where the model could not summarise. */
  readonly kind: 'session_summary' | 'session_transcript'
  readonly text: string
  /** The session it came from: one session gives at most one memory. */
  readonly session_id: string
  /** First and last message of that session, milliseconds since the Unix epoch. */
  readonly said_from: number
  readonly said_to: number
  readonly created_at: number
}

/** A memory found for a question. */
export interface RecalledMemory {
  readonly memory: Memory
  /** Cosine similarity of question and memory: 1 − cosine distance. */
  readonly similarity: number
  /** 0.5 ^ (age / 30 days): 1 now, 0.5 after 30 days. */
  readonly recency: number
  /** semantic_weight · similarity + recency_weight · recency; the list is sorted by it. */
  readonly score: number
}
