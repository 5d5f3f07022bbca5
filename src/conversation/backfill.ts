import type { ChannelEvents, OwnerMessage } from '../channels/channel.ts'
import type { IncomingMessage } from '../messages/message.ts'
import type { InboxStore } from '../messages/inbox-store.ts'
import type { Conversation } from './conversation.ts'

export interface BackfillDeps {
  readonly inbox: Pick<InboxStore, 'known' | 'recordedUntil' | 'markRecordedUntil' | 'originOf'>
  readonly conversation: Pick<Conversation, 'receiveAll'>
  readonly ownerWrote: (message: OwnerMessage) => Promise<void>
}

/** Takes what was said while nobody listened onto the road: one turn a chat, for what its owner has not answered. */
export const createBackfill = (deps: BackfillDeps): Pick<ChannelEvents, 'backfilled' | 'recordedUntil'> => {
  const { inbox, conversation, ownerWrote } = deps

  /** What people said before the owner's words is answered by these. */
  const receiveAnswered = async (said: readonly IncomingMessage[]): Promise<void> => {
    await conversation.receiveAll(said.map(message => ({ ...message, addressed: false, may_continue: false })))
  }

  return {
    backfilled: async ({ chat_id, said, until }) => {
      // A channel reads a chat from a while before its end, each time anew: were all that is known recorded once more,
      // a process that is killed soon after each start would never come to what is new.
      const known = await inbox.known(said.map(each => each.message.message_id))
      let people: IncomingMessage[] = []
      for (const each of said) {
        if (each.by === 'person') {
          if (!known.has(each.message.message_id)) people.push(each.message)
        } else if ((await inbox.originOf(each.message)) !== 'ours') {
          await receiveAnswered(people)
          people = []
          await ownerWrote(each.message)
        }
      }
      await conversation.receiveAll(people)
      await inbox.markRecordedUntil(chat_id, until)
    },
    recordedUntil: chat_ids => inbox.recordedUntil(chat_ids),
  }
}
