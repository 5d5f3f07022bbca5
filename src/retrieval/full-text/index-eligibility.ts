/** Decides which messages may be found: conversation is, commands and notices are not. */
import type { ScopedMessage } from '../../messages/change-feed.ts'
import type { MessageId } from '../../messages/message.ts'
import type { MessageState } from './full-text-index.ts'

/** Commands and their answers are not conversation; what is not to be learned from is not to be found either. */
const COMMAND = /^\s*\/\p{L}/u

/** The form in which a message is indexed, if at all. */
export const stateOf = (message_id: MessageId, now: ScopedMessage | undefined): MessageState => ({
  message_id,
  now:
    now === undefined || now.notice || now.unlearned === true || (now.role === 'user' && COMMAND.test(now.text))
      ? undefined
      : { scope: now.scope, message: now },
})
