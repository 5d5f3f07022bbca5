/** The pipeline from a message to its reply, as the app and the channels see it. */
import type { ChatId, IncomingMessage, MessageId } from '../messages/message.ts'
import type { Exclusive } from './turn-scheduler.ts'

export interface Conversation extends AsyncDisposable {
  /** Resumes messages that were recorded before and never answered. */
  recover(): Promise<void>
  /** Records a message and queues its turn. Resolves once it is safely recorded; a known message is dropped. */
  receive(message: IncomingMessage): Promise<void>
  /** Records messages of one chat, oldest first, and queues them as one turn. A rejection means that some are not. */
  receiveAll(messages: readonly IncomingMessage[]): Promise<void>
  /**
   * Queues messages again whose reply was withdrawn before any part of it was sent; messages that need no answer are
   * left out.
   */
  answerAgain(message_ids: readonly MessageId[]): Promise<void>
  /** Sends deferred replies; called when a channel can send again, for the chats that it serves. */
  sendHeld(serves?: (chat_id: ChatId) => boolean): Promise<void>
  /** Sends, in the background, replies that a pause held back, because it may be over. */
  resumed(): void
  readonly exclusive: Exclusive
  /** Resolves when every message received so far in the chat has been processed. */
  whenIdle(chat_id: string): Promise<void>
  /** From now on messages are only recorded; resolves when the running turns have ended. */
  drain(): Promise<void>
}
