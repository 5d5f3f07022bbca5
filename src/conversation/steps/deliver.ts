/** Step of a turn: passes the answer to the outbox, which sends it or defers it until it can be sent. */
import type { MessageId } from '../../messages/message.ts'
import type { Reply } from '../../messages/outbox-store.ts'
import type { Outbox } from '../outbox.ts'
import { answering, type ReplyWriter } from '../reply-writer.ts'
import type { TurnContext } from '../turn-context.ts'
import type { Answer } from './complete.ts'

export interface DeliverDeps {
  readonly outbox: Pick<Outbox, 'deliver'>
  readonly writer: ReplyWriter
}

export interface Delivered {
  readonly reply: Reply
  /** Id under which the reply is stored; `undefined` while it is deferred. */
  readonly message_id: MessageId | undefined
}

/**
 * @param session_id the session that an answer of the model belongs to
 * @param wanted see `Outbox.deliver`
 */
export const deliver = async (
  { outbox, writer }: DeliverDeps,
  turn: TurnContext,
  { text, from }: Answer,
  session_id: string,
  wanted: AbortSignal,
): Promise<Delivered> => {
  const answers = answering(turn.batch, turn.last)
  const reply = await writer.reply(answers, turn.last, text, from === 'model' ? session_id : undefined)
  return { reply, message_id: await outbox.deliver(reply, turn.since, wanted) }
}
