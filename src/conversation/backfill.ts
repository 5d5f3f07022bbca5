/** Brings messages that arrived while DeniDin was offline into the pipeline. */
import type { BackfilledChat, ChannelEvents } from '../channels/channel.ts'
import type { ChatId, IncomingMessage } from '../messages/message.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { AutomaticReplies } from './automatic-replies.ts'
import type { Conversation } from './conversation.ts'
import type { OwnerTakeover } from './owner-takeover.ts'

export interface BackfillDeps {
  readonly messages: Pick<MessageStore, 'inbox'>
  readonly conversation: Pick<Conversation, 'receiveAll'>
  readonly takeover: Pick<OwnerTakeover, 'ownerWrote'>
  readonly automatic: Pick<AutomaticReplies, 'heard' | 'isAutomatic'>
}

export class Backfill implements Pick<ChannelEvents, 'backfilled' | 'recordedUntil'> {
  readonly #deps: BackfillDeps

  constructor(deps: BackfillDeps) {
    this.#deps = deps
  }

  /** One turn per chat, for the messages that its owner has not answered. */
  async backfilled({ chat_id, said, until }: BackfilledChat): Promise<void> {
    const { messages, conversation, takeover, automatic } = this.#deps
    // A channel rereads a chat from some time before its mark. If all known messages were recorded again, a process
    // that is killed soon after each start would never reach the new ones.
    const known = await messages.inbox.known(said.map(each => each.message.message_id))
    const failures: unknown[] = []
    /** A message that cannot be recorded does not hold up the others: the chat is read again from its mark. */
    const attempt = async (act: () => Promise<void>): Promise<void> => {
      await act().catch((error: unknown) => failures.push(error))
    }
    let unanswered: IncomingMessage[] = []
    for (const each of said) {
      if (each.by === 'person') {
        automatic.heard(each.message)
        if (!known.has(each.message.message_id)) unanswered.push(each.message)
        continue
      }
      // An automatic reply of the account answers nothing.
      if (automatic.isAutomatic(each.message)) {
        await attempt(() => takeover.ownerWrote(each.message))
        continue
      }
      await attempt(async () => {
        if ((await messages.inbox.originOf(each.message)) === 'ours') return
        const answered = unanswered
        unanswered = []
        await attempt(() => this.#receiveAnswered(answered))
        await takeover.ownerWrote(each.message)
      })
    }
    await attempt(() => conversation.receiveAll(unanswered))
    if (failures.length > 0) throw failures[0]
    await messages.inbox.markRecordedUntil(chat_id, until)
  }

  async recordedUntil(chat_ids: readonly ChatId[]): Promise<ReadonlyMap<ChatId, number>> {
    return await this.#deps.messages.inbox.recordedUntil(chat_ids)
  }

  /** The owner's message counts as the answer to people's messages before it. */
  async #receiveAnswered(messages: readonly IncomingMessage[]): Promise<void> {
    await this.#deps.conversation.receiveAll(
      messages.map(message => ({ ...message, addressed: false, may_continue: false })),
    )
  }
}
