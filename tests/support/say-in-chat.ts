// Writes to a whole DeniDin as a person in a chat, in reply to messages too.
import type { MessageId } from '../../src/messages/message.ts'
import type { TestDenidin } from './denidin.ts'

const ANA = '15550001111'

export interface Saying {
  readonly reply_to?: MessageId
  /** By default the direct chat with Ana. */
  readonly chat_id?: string
  readonly phone?: string
}

export interface Said {
  readonly id: MessageId
  /** The last answer to it, and the id of that. */
  readonly answer: string
  readonly answer_id: MessageId
}

export const sayInChat = async (
  { channel, app }: TestDenidin,
  text: string,
  { reply_to, chat_id = `${ANA}@c.us`, phone = ANA }: Saying = {},
): Promise<Said> => {
  const { message_id: id } = await channel.deliver({
    text,
    chat_id,
    sender: { identities: [{ kind: 'phone', value: phone }] },
    addressed: true,
    ...(reply_to === undefined ? {} : { reply_to }),
  })
  await app.conversation.whenIdle(chat_id)
  return { id, answer: channel.sent.at(-1)?.text ?? '', answer_id: channel.sentIds.at(-1) ?? '' }
}
