/** The erasure log: records what was forgotten, so that it does not come back. */
import type { PersonId } from '../people/person.ts'
import type { MessageFingerprint, MessageId } from './message.ts'
import type { Scope } from './scope.ts'

/** Stands for the person of an act of which only the id was left. */
export const UNKNOWN_PERSON = ''

/** One act of forgetting. */
export interface ErasureAct {
  readonly act: string
  /** `person`: everything about a person; `messages`: the items listed with the act. */
  readonly kind: 'person' | 'messages'
  readonly person_id: PersonId
  /** When it was requested, milliseconds since the Unix epoch. Only for the operator: a clock may be changed. */
  readonly at: number
  /** Messages that stay: the request itself, and the messages that waited behind it. */
  readonly spared: readonly MessageId[]
}

/** An act that is starting. */
export interface BegunErasure extends Omit<ErasureAct, 'act'> {
  /**
   * An act about a person covers everything sent before this time by the clock of its channel, even if it arrives
   * later; by default `at`.
   */
  readonly said_before?: number | undefined
  /** Items known to be covered, recorded together with the act. */
  readonly covers?: ErasedThings
}

/** The items that an act covers, found before anything is removed. */
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
 * The log of forgotten items, so that nothing brings them back: the phone's own history, a queue, an expiry, a rebuild,
 * a restored backup or an import. It contains ids and hashes, no text, in a separate file that no backup contains.
 */
export interface Erasures {
  /**
   * Whether a message was forgotten: by its id; by the same text at the same time; or because everything said to or by
   * its person before some time was forgotten.
   */
  isErased(message: MessageFingerprint): Promise<boolean>
  /** Which of these messages were forgotten. */
  erased(message_ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>>
  /** Which of these memories were forgotten. */
  erasedMemories(memory_ids: readonly string[]): Promise<ReadonlySet<string>>
  /** Records, before anything is removed, that something is to be forgotten. The act is under way from now on. */
  begin(act: BegunErasure): Promise<ErasureAct>
  /** Marks an interrupted act as under way again. */
  resume(act: ErasureAct): Promise<void>
  /** Ends an act. */
  end(act: ErasureAct): Promise<void>
  /**
   * Call before a message is recorded: acts about a person that are under way spare it, whoever sent it. The person may
   * still change (two people are merged), and memories of a group come from several people.
   */
  spare(message_id: MessageId): Promise<void>
  /** Messages that an act spares: the request itself, and those that came while the act was under way. */
  sparedBy(act: string): Promise<readonly MessageId[]>
  add(act: string, things: ErasedThings): Promise<void>
  /** Every act, oldest first. */
  acts(): Promise<readonly ErasureAct[]>
  covers(act: string): Promise<ErasedIds>
  /**
   * Records acts of which only the ids are left, and a new one that covers these messages by their ids alone. They are
   * acts of `UNKNOWN_PERSON`.
   * @param at when, milliseconds since the Unix epoch
   * @returns the new act
   */
  recordLost(acts: readonly string[], message_ids: readonly MessageId[], at: number): Promise<string>
}

/**
 * The acts that the main database has been through. They are recorded in that database, so that after restoring an
 * older copy, or after a crash during an act, it is known which acts are still to be done.
 */
export interface AppliedErasures {
  applied(): Promise<ReadonlySet<string>>
  /** Acts of which only some steps were completed. */
  unfinished(): Promise<ReadonlySet<string>>
  /**
   * Ids of the messages that were once received and no longer exist, unless they wait for an answer or a memory came
   * from them: forgotten ones, and some that were never stored, such as commands.
   */
  goneMessages(): Promise<readonly MessageId[]>
  markApplied(act: string): Promise<void>
  /** The completed steps of an act that is not complete: data of theirs that exists now came later. */
  steps(act: string): Promise<ReadonlySet<string>>
  markSteps(act: string, steps: readonly string[]): Promise<void>
}
