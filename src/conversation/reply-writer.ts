/** Turns texts into replies: adds ids, token counts, and whether the text may be stored. */
import type { MessageId } from '../messages/message.ts'
import type { OpenMessage } from '../messages/inbox-store.ts'
import type { Reply } from '../messages/outbox-store.ts'
import type { Scope } from '../messages/scope.ts'
import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { TokenCounter } from '../text/tokens.ts'

/** The chat of a reply, and the person who is answered. */
export type Recipient = Pick<Reply, 'chat_id' | 'chat_kind' | 'person_id' | 'scope'>

export interface ReplyWriterDeps {
  readonly ids: Ids
  readonly clock: Clock
  readonly tokens: TokenCounter
  /** Whether the messages of a conversation may be stored. */
  readonly remembers: (scope: Scope) => Promise<boolean>
}

export class ReplyWriter {
  readonly #deps: ReplyWriterDeps

  constructor(deps: ReplyWriterDeps) {
    this.#deps = deps
  }

  /** A reply that belongs to the conversation; without a session it is stored but belongs to none. */
  async reply(answers: readonly MessageId[], to: Recipient, text: string, session_id?: string): Promise<Reply> {
    const keep = await this.#deps.remembers(to.scope)
    return this.#compose(answers, to, text, { keep, session_id: keep ? session_id : undefined })
  }

  /** A message of our own that is not conversation, such as the answer to a command: it is not stored. */
  notice(answers: readonly MessageId[], to: Recipient, text: string): Reply {
    return this.#compose(answers, to, text, { keep: false, session_id: undefined })
  }

  #compose(
    answers: readonly MessageId[],
    { chat_id, chat_kind, scope, person_id }: Recipient,
    text: string,
    { keep, session_id }: Pick<Reply, 'keep' | 'session_id'>,
  ): Reply {
    const { ids, clock, tokens } = this.#deps
    return {
      outbox_id: ids.uuid(),
      chat_id,
      chat_kind,
      scope,
      person_id,
      answers,
      text,
      tokens: tokens.count(text),
      session_id,
      keep,
      created_at: clock.now(),
    }
  }
}

/** Ids of the messages that a reply answers, with the quoted message last, where a channel looks for it. */
export const answering = (batch: readonly OpenMessage[], quoted: OpenMessage): readonly MessageId[] => [
  ...batch.filter(message => message !== quoted).map(message => message.message_id),
  quoted.message_id,
]
