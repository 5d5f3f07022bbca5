/** Answers messages with a sentence of our own instead of the model. */
import type { Outbox } from './outbox.ts'
import { answering, type ReplyWriter } from './reply-writer.ts'
import type { TurnContext } from './turn-context.ts'

export interface SayInsteadDeps {
  readonly outbox: Pick<Outbox, 'deliver'>
  readonly writer: ReplyWriter
}

/**
 * @param wanted aborted when a message was edited or deleted
 * @throws the reason of `wanted`, if it is aborted before the sentence was sent
 */
export const sayInstead = async (
  { outbox, writer }: SayInsteadDeps,
  { batch, last }: TurnContext,
  sentence: string,
  wanted: AbortSignal,
): Promise<void> => {
  const sent = await outbox.deliver(writer.notice(answering(batch, last), last, sentence), undefined, wanted)
  if (sent === undefined) wanted.throwIfAborted()
}
