/** The erasure log: what was forgotten, so that it does not come back. */
import type { PersonId } from '../people/person.ts'
import type { MessageFingerprint, MessageId } from './message.ts'
import type { Scope } from './scope.ts'

/** One act of forgetting. */
export interface ErasureAct {
  readonly act: string
  /** `person`: everything about a person; `messages`: what is listed with the act. */
  readonly kind: 'person' | 'messages'
  readonly person_id: PersonId
  /** When it was asked for, milliseconds since the Unix epoch: for the operator; a clock may be moved. */
  readonly at: number
  /** Messages that stay: the request itself, and what waited behind it. */
  readonly spared: readonly MessageId[]
}

/** An act that begins. */
export interface BegunErasure extends Omit<ErasureAct, 'act'> {
  /**
   * An act about a person covers what was sent before this moment by the time of its channel, also what comes later; by
   * default before `at`.
   */
  readonly said_before?: number | undefined
  /** What is known to be covered, recorded together with the act. */
  readonly covers?: ErasedThings
}

/** The things that an act covers, found before anything is removed. */
export interface ErasedThings {
  readonly messages?: readonly MessageFingerprint[]
  readonly memories?: readonly { readonly memory_id: string; readonly scope: Scope }[]
  /** Sessions that lose messages or memories. */
  readonly sessions?: readonly string[]
}

/** The ids that an act covers. */
export interface ErasedIds {
  readonly message_ids: readonly MessageId[]
  readonly memories: readonly { readonly memory_id: string; readonly scope: Scope }[]
  readonly session_ids: readonly string[]
}

/**
 * The log of what was forgotten, so that nothing brings it back: the phone's own history, a queue, an expiry, a rebuild,
 * a restored backup or an import. It contains ids and hashes, no words, in a file of its own that no backup contains.
 */
export interface Erasures {
  /**
   * Whether a message was forgotten: by its id, by the same words at the same moment, or because everything that was said
   * to or by its person before a moment was forgotten.
   */
  isErased(message: MessageFingerprint): Promise<boolean>
  /** The forgotten ones of these messages. */
  erased(message_ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>>
  /** The forgotten ones of these memories. */
  erasedMemories(memory_ids: readonly string[]): Promise<ReadonlySet<string>>
  /**
   * Records, before anything is removed, that something is to be forgotten. The act is under way from now on.
   */
  begin(act: BegunErasure): Promise<ErasureAct>
  /** An act that was interrupted is under way again. */
  resume(act: ErasureAct): Promise<void>
  /** An act has ended. */
  end(act: ErasureAct): Promise<void>
  /**
   * Call before a message is recorded: acts about a person that are under way spare it, whoever sent it. Who that is may
   * change (two persons become one), and memories of a group come from several persons.
   */
  spare(message_id: MessageId): Promise<void>
  /** Messages that an act spares: the request itself, and what came while the act was under way. */
  sparedBy(act: string): Promise<readonly MessageId[]>
  add(act: string, things: ErasedThings): Promise<void>
  /** Every act, oldest first. */
  acts(): Promise<readonly ErasureAct[]>
  covers(act: string): Promise<ErasedIds>
}

/**
 * The acts that the main database has been through. They are recorded in it, so that a restored older copy, or a crash
 * in the middle of an act, shows which acts are still to be done.
 */
export interface AppliedErasures {
  applied(): Promise<ReadonlySet<string>>
  markApplied(act: string): Promise<void>
  /** The steps that an act which is not complete is through with: what is there by now came later. */
  steps(act: string): Promise<ReadonlySet<string>>
  markSteps(act: string, steps: readonly string[]): Promise<void>
}
