/**
 * The port of the memory log: uses of memories, moves between tiers, relations, and the content of each reply's
 * request.
 */
import type { ChatId, MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { Complexity } from '../text/complexity/complexity.ts'
import type { Entity, Tier } from './memory.ts'

export type RelationType = 'uses' | 'extends' | 'references' | 'related_to' | 'depends_on'

/** How two entities of a memory are related. */
export interface Relation {
  readonly memory_id: string
  readonly from: Entity['value']
  readonly to: Entity['value']
  readonly type: RelationType
  /** 0 to 1. */
  readonly strength: number
}

/** `extract:<provider>`: a model call that extracted facts. */
export type AccessType = 'recall' | 'search' | 'show' | 'promote' | 'demote' | 'merge' | `extract:${string}`

/** One use of a memory; without an id, a use that found or created none. */
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

/** How an item came into a request: found for the question, or as a line of the person's profile. */
export type GivenAs = 'recall' | 'profile'

/** A memory or message that was given to the model for a reply. */
export interface RecalledItem {
  readonly given_as: GivenAs
  readonly memory_id: string | undefined
  readonly message_id: MessageId | undefined
  /** Cosine similarity; `undefined` if it was found by full text only, or not searched for. */
  readonly similarity: number | undefined
  readonly score: number
}

/** Candidates of one kind that were left out of a request for the same reason. */
export interface LeftOut {
  /** `message`: of the running session. */
  readonly kind: 'profile' | 'shared' | 'memory' | 'quote' | 'message'
  /** The packer's name for the reason. */
  readonly reason: string
  /** Left out, or only partly shown. */
  readonly outcome: 'left' | 'shortened'
  readonly count: number
  /** Tokens of the texts that were left out or, for shortened texts, of what was shown. */
  readonly tokens: number
}

/** How much context a reply was given, and why; without anyone's text. Tokens are those of the request. */
export interface ReplyBudget {
  /** The role of the budget profile: `client` or `godfather`. */
  readonly role: string
  readonly profile: string
  /** The complexity that determined the budget of the turn. */
  readonly complexity: Complexity
  readonly raised: boolean
  readonly detected: Complexity
  readonly confidence: number
  /** Class and weight of each signal; its words are in the message. */
  readonly signals: readonly { readonly complexity: Complexity; readonly weight: number }[]
  /** Complexity of the previous turn. */
  readonly previous?: Complexity | undefined
  /** How much of the session the message needed: `exchange`, `conversation` or `session`. */
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

/** The content that one reply was given. */
export interface RecallRecord {
  readonly recall_id: string
  readonly scope: Scope
  readonly chat_id: ChatId
  readonly at: number
  /** The instruction given to the model because of how the person seemed to feel. */
  readonly tone?: string | undefined
  /** `undefined` if the parts of the request had fixed budgets. */
  readonly budget?: ReplyBudget | undefined
  /** The message of the reply, if it was sent, and the messages that it answers. */
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

/** Records about memories: their uses, their moves between tiers, their relations. */
/** Which uses are counted. */
export interface AccessSpan {
  /** Milliseconds since the Unix epoch. */
  readonly since: number
  /** Rows of `top` and of `recent`. */
  readonly most: number
  readonly scope?: Scope
  /** Only uses of memories that are about this person or thing. */
  readonly about?: string
}

export interface MemoryLog {
  /** Records the content that a reply was given; each memory that was found for it counts as used. */
  recalled(record: RecallRecord): Promise<void>
  /**
   * The content that the last reply of a chat, or of any chat of the scope, was given; `undefined` before the first
   * reply.
   */
  lastRecall(scope: Scope, chat_id?: ChatId): Promise<RecallRecord | undefined>
  /**
   * The content given to the newest reply that is this message, answers it, or has this id; `undefined` if there is
   * none.
   */
  recallOf(id: string): Promise<RecallRecord | undefined>
  /** The conversations in which these memories and messages were given to the model. */
  givenIn(ids: readonly string[]): Promise<readonly { readonly scope: Scope; readonly id: string }[]>
  accessed(accesses: readonly Access[]): Promise<void>
  /** Uses of each of these memories (`recall`, `search` and `show` count); those never used are left out. */
  uses(scope: Scope, memory_ids: readonly string[]): Promise<ReadonlyMap<string, Use>>
  stats(span: AccessSpan): Promise<AccessStats>
  promoted(promotion: Promotion): Promise<void>
  /** Oldest first. */
  promotionsOf(memory_id: string): Promise<readonly Promotion[]>
  relate(relations: readonly Relation[]): Promise<void>
  relationsOf(memory_ids: readonly string[]): Promise<readonly Relation[]>
  /**
   * Deletes accesses, recalls and moves between tiers older than `before`, milliseconds since the Unix epoch, in steps
   * that let other work run. @returns how many
   */
  prune(before: number): Promise<number>
}
