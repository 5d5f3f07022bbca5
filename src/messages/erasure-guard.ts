/**
 * Guards the message store: forgotten messages are not recorded again, deleted ones stay forgotten, and a person's
 * learning opt-out is recorded with each message.
 */
import type { Preferences } from '../people/preferences.ts'
import type { AppliedErasures, Erasures } from './erasures.ts'
import type { HistoryStore } from './history-store.ts'
import type { InboxStore } from './inbox-store.ts'
import type { MessageErasure } from './message-erasure.ts'

export interface InboxGuardDeps {
  readonly erasures: Pick<Erasures, 'isErased' | 'spare'>
  readonly preferences: Pick<Preferences, 'of'>
}

/** An inbox that refuses forgotten messages, whatever their origin. */
export const guardInbox = (inbox: InboxStore, { erasures, preferences }: InboxGuardDeps): InboxStore => ({
  ...inbox,
  receive: async receipt => {
    const { message, person_id } = receipt
    const { message_id, sent_at, text } = message
    if (await erasures.isErased({ message_id, person_id, sent_at, text })) return 'known'
    const { learn } = await preferences.of(person_id)
    // Both at once: an act that begins meanwhile finds the message, and one that is under way spares it.
    const spared = erasures.spare(message_id)
    const [received] = await Promise.all([
      inbox.receive(learn ? receipt : { ...receipt, learning_opt_out: true }),
      spared,
    ])
    return received
  },
})

export interface HistoryGuardDeps {
  readonly erasures: Pick<Erasures, 'begin' | 'end'>
  readonly applied: Pick<AppliedErasures, 'markApplied'>
  readonly messages: Pick<MessageErasure, 'get'>
}

/**
 * A history for deletions for everyone. Messages removed through it stay forgotten, because an older export may still
 * contain them. A command that is cleared after it ran is not forgotten, so that what it asked to remember stays.
 */
export const guardHistory = (
  history: HistoryStore,
  { erasures, applied, messages }: HistoryGuardDeps,
): HistoryStore => ({
  ...history,
  remove: async (message_id, at) => {
    const [message] = await messages.get([message_id])
    if (message === undefined) return await history.remove(message_id, at)
    const { person_id } = message
    const covers = { messages: [message] }
    const act = await erasures.begin({ kind: 'messages', person_id, at, spared: [], covers })
    const removed = await history.remove(message_id, at)
    await applied.markApplied(act.act)
    await erasures.end(act)
    return removed
  },
})
