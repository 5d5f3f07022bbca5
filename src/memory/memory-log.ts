/** The port of the memory log: uses of memories, moves between tiers, relations, and what each reply was given. */
import type { ChatId, MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { Complexity } from '../text/complexity/complexity.ts'
import type { Entity, Tier } from './memory.ts'

export type RelationType = 'uses' | 'extends' | 'references' | 'related_to' | 'depends_on'

/** How two things that a memory is about hang together. */
export interface Relation {
  readonly memory_id: string
  readonly from: Entity['value']
  readonly to: Entity['value']
  readonly type: RelationType
  /** 0 to 1. */
  readonly strength: number
}

/** `extract:<provider>`: a call of a model that extracted facts. */
export type AccessType = 'recall' | 'search' | 'show' | 'promote' | 'demote' | 'merge' | `extract:${string}`

/** One use of a memory; without an id a use that found or made none. */
export interface Access {
  readonly scope: Scope
  readonly memory_id: string | undefined
  readonly type: AccessType
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** A memory that moved to another tier. */
export interface Promotion {
  readonly memory_id: string
  readonly from_tier: Tier
  readonly to_tier: Tier
  readonly reason: string
  readonly score: number
  readonly at: number
}

/** How something came into a request: found for the question, or as a line of the person's profile. */
export type GivenAs = 'recall' | 'profile'

/** Something that was given to the model with a reply: a memory or a message. */
export interface RecalledItem {
  readonly given_as: GivenAs
  readonly memory_id: string | undefined
  readonly message_id: MessageId | undefined
  /** Cosine similarity; `undefined` where it was found by its words alone, or not looked for. */
  readonly similarity: number | undefined
  readonly score: number
}

/** One kind of candidates that were left out of a request for the same reason. */
export interface LeftOut {
  /** `message`: of the running session. */
  readonly kind: 'profile' | 'memory' | 'quote' | 'message'
  /** As the packer names it. */
  readonly reason: string
  /** Left out, or shown only in part. */
  readonly outcome: 'left' | 'shortened'
  readonly count: number
  /** Those of the texts that were left out; of texts that were shortened, what was shown. */
  readonly tokens: number
}

/** How much context a reply was given, and why; no words of anyone. Tokens are those of the request. */
export interface ReplyBudget {
  /** Whose profile it is: `client` or `godfather`. */
  readonly role: string
  readonly profile: string
  /** The complexity whose budget the turn had. */
  readonly complexity: Complexity
  readonly raised: boolean
  readonly detected: Complexity
  readonly confidence: number
  /** Class and weight of each signal; its words are in the message. */
  readonly signals: readonly { readonly complexity: Complexity; readonly weight: number }[]
  /** Complexity of the turn before. */
  readonly previous?: Complexity | undefined
  /** What the message needed of the session: `exchange`, `conversation` or `session`. */
  readonly need: string
  readonly budget: number
  readonly demand: number
  readonly scopes: Readonly<
    Record<
      string,
      { readonly allotted: number; readonly taken: number; readonly count: number; readonly demand: number }
    >
  >
  readonly alerts: readonly string[]
  readonly left: readonly LeftOut[]
}

/** What one reply was given. */
export interface RecallRecord {
  readonly recall_id: string
  readonly scope: Scope
  readonly chat_id: ChatId
  readonly at: number
  /** What the model was asked for because of how the person seemed to feel. */
  readonly tone?: string | undefined
  /** `undefined` where the parts of the request had fixed budgets. */
  readonly budget?: ReplyBudget | undefined
  /** The message of the reply, where it went out, and those that it answers. */
  readonly message_ids?: readonly MessageId[]
  /** In the order of the request. */
  readonly items: readonly RecalledItem[]
}

/** How often a memory was used, and when last. */
export interface Use {
  readonly memory_id: string
  readonly count: number
  readonly last_at: number
}

/** Accesses of a time span, counted. */
export interface AccessStats {
  readonly total_accesses: number
  readonly distinct_memories: number
  readonly by_type: Readonly<Record<string, number>>
  /** Most used first. */
  readonly top: readonly Use[]
  /** Newest first. */
  readonly recent: readonly Access[]
}

/** What is written down about memories besides themselves: their uses, their moves, what they connect. */
export interface MemoryLog {
  /** Writes down what a reply was given; each memory that was found for it counts as used. */
  recalled(record: RecallRecord): Promise<void>
  /** What the last reply of a chat, or of any chat of the scope, was given; `undefined` before the first. */
  lastRecall(scope: Scope, chat_id?: ChatId): Promise<RecallRecord | undefined>
  /** What the newest reply was given that is this message or answers it, or has this id; `undefined` when none did. */
  recallOf(id: string): Promise<RecallRecord | undefined>
  /** In which conversations these memories and messages were given to the model. */
  givenIn(ids: readonly string[]): Promise<readonly { readonly scope: Scope; readonly id: string }[]>
  accessed(accesses: readonly Access[]): Promise<void>
  /** Uses of each of these memories (`recall`, `search` and `show` count); those never used are left out. */
  uses(scope: Scope, memory_ids: readonly string[]): Promise<ReadonlyMap<string, Use>>
  /** `since`: milliseconds since the Unix epoch; `most`: rows of `top` and of `recent`. */
  stats(span: { readonly since: number; readonly most: number; readonly scope?: Scope }): Promise<AccessStats>
  promoted(promotion: Promotion): Promise<void>
  /** Oldest first. */
  promotionsOf(memory_id: string): Promise<readonly Promotion[]>
  relate(relations: readonly Relation[]): Promise<void>
  relationsOf(memory_ids: readonly string[]): Promise<readonly Relation[]>
  /**
   * Removes accesses, recalls and moves between tiers older than `before`, milliseconds since the Unix epoch; in steps,
   * between which the event loop gets a turn. @returns how many of them
   */
  prune(before: number): Promise<number>
}
