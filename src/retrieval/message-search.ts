import type { MessageId } from '../messages/message.ts'
import type { PersonalData } from '../people/personal-data.ts'
import type { VerifiablePart } from '../vectors/maintenance/vector-maintenance.ts'
import type { MessageRecall, Quote } from './message-recall.ts'

/** What was said before, message by message, as the rest of DeniDin sees it. Off is an object of its own. */
export interface MessageSearch extends MessageRecall, AsyncDisposable {
  /** What the index of words holds of a person. */
  readonly personal: PersonalData
  /** The index of words, to be compared with the messages. */
  readonly words: VerifiablePart
  /** Never rejects: where nothing can be looked up, the answer is empty. */
  recall(...question: Parameters<MessageRecall['recall']>): Promise<readonly Quote[]>
  /** Messages came or were changed: they are indexed beside the road, within milliseconds. */
  requestSync(): void
  /** Resolves when the index has let go of messages that are gone, and its files of their words. */
  forget(message_ids: readonly MessageId[]): Promise<void>
  /** Resolves when every message that there was is indexed. */
  whenIdle(): Promise<void>
  stats(): Promise<{ readonly enabled: boolean; readonly messages: number; readonly scopes: number }>
}
