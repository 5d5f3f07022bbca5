/** Wires the events of channels to the pipeline: messages, changes of them, and what the owner of the number writes. */
import { AutomaticReplies } from '../conversation/automatic-replies.ts'
import { Backfill } from '../conversation/backfill.ts'
import { beginningNotice } from '../conversation/beginning-notice.ts'
import type { Conversation } from '../conversation/conversation.ts'
import { KnownIds } from '../conversation/known-ids.ts'
import { MentionNames, withMentionNames } from '../conversation/mention-names.ts'
import { MessageEvents } from '../conversation/message-events.ts'
import { OwnerTakeover } from '../conversation/owner-takeover.ts'
import type { ChangeListener } from '../conversation/recent-changes.ts'
import { guardHistory } from '../messages/erasure-guard.ts'
import { MessageIdentity } from '../messages/message-identity.ts'
import { ChatAddresses } from '../people/chat-addresses.ts'
import type { Pipeline, PipelineDeps, PipelineShared } from './pipeline-deps.ts'

/** Edits, deletions and reactions. */
const createChanges = (
  { stores, scheduler, sessions, delivery, recall }: PipelineDeps,
  shared: PipelineShared,
  conversation: Conversation,
): MessageEvents => {
  const { people, messages, erasures, applied, forgettable } = stores
  const { underWay } = shared
  const recent: ChangeListener = {
    edited: (message_id, words) => {
      shared.recent.edited(message_id, words)
      recall.measured.forget([message_id])
    },
    deleted: message_id => {
      shared.recent.deleted(message_id)
      recall.measured.forget([message_id])
    },
  }
  const history = guardHistory(messages.history, { erasures, applied, messages: forgettable })
  return new MessageEvents({
    ...shared,
    answers: { underWay, recent, again: message_ids => conversation.answerAgain(message_ids) },
    people,
    messages: { ...messages, history },
    windows: sessions.windows,
    exclusive: scheduler.exclusive,
    sessionChanged: sessions.changed,
    tellCut: async (message, text) => {
      const notice = beginningNotice(await shared.stringsFor(text, message.person_id))
      await delivery.outbox.notify(shared.writer.notice([], message, notice))
    },
  })
}

/** The events of channels, with message ids as the pipeline knows them. */
export const createEvents = (
  deps: PipelineDeps,
  shared: PipelineShared,
  conversation: Conversation,
): Pipeline['events'] => {
  const { settings, stores, scheduler, sessions } = deps
  const { people, messages, pauses, erasures, memberNames: members } = stores
  const { exclusive } = scheduler
  const changes = createChanges(deps, shared, conversation)
  const automatic = new AutomaticReplies()
  const takeover = new OwnerTakeover({
    ...shared,
    people,
    messages,
    erasures,
    sessions: { windows: sessions.windows, exclusive, remembers: deps.rollout.remembers },
    pauses,
    automatic,
    settings: {
      takeover_minutes: settings.conversation.takeover_minutes,
      window_tokens: settings.memory.session.max_tokens_by_role,
    },
  })
  const backfill = new Backfill({ messages, conversation, takeover, automatic })
  const addresses = new ChatAddresses(people)
  const known = new KnownIds({
    addresses,
    identity: new MessageIdentity({ known: messages.known, addresses }),
    events: withMentionNames(new MentionNames({ people, members }), {
      message: message => {
        automatic.heard(message)
        return conversation.receive(message)
      },
      backfilled: chat => backfill.backfilled(chat),
      recordedUntil: chat_ids => backfill.recordedUntil(chat_ids),
      edited: change => changes.edited(change),
      deleted: message_id => changes.deleted(message_id),
      reacted: reaction => changes.reacted(reaction),
      ownerWrote: message => takeover.ownerWrote(message),
    }),
  })
  return {
    message: message => known.message(message),
    backfilled: chat => known.backfilled(chat),
    recordedUntil: chat_ids => known.recordedUntil(chat_ids),
    edited: change => known.edited(change),
    deleted: message_id => known.deleted(message_id),
    reacted: reaction => known.reacted(reaction),
    ownerWrote: message => known.ownerWrote(message),
  }
}
