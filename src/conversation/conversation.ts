import type { ChatId, IncomingMessage } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'

/** The road from a message to its reply, as others see it. */
export interface Conversation extends AsyncDisposable {
  /** Takes up what was recorded before and never answered. */
  recover(): Promise<void>
  /** Records a message and queues its turn. Resolves once it is safely recorded; a known one is dropped. */
  receive(message: IncomingMessage): Promise<void>
  /** Records messages of one chat, oldest first, and queues them as one turn. A rejection means that some are not. */
  receiveAll(messages: readonly IncomingMessage[]): Promise<void>
  /** Sends replies that certainly did not go out before; called when a channel can send again, for the chats it serves. */
  sendHeld(serves?: (chat_id: ChatId) => boolean): Promise<void>
  /** Sends, in the background, replies that a pause kept back: it may be over. */
  resumed(): void
  /** Runs `act` alone in the queue of `scope`: no turn of that scope runs meanwhile. */
  exclusive<T>(scope: Scope, act: () => Promise<T>): Promise<T>
  /** Resolves when every message received so far in the message's chat has been dealt with. */
  whenIdle(chat_id: string): Promise<void>
  /** From now on messages are only recorded; resolves when the turns under way have ended. */
  drain(): Promise<void>
}
