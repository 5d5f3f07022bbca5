/**
 * Guards the messages: what was forgotten is not recorded again, what is deleted stays forgotten, and the wish not to be
 * learned from is recorded with a message.
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

/** An inbox that refuses messages that were forgotten, wherever they come from. */
export const guardInbox = (inbox: InboxStore, { erasures, preferences }: InboxGuardDeps): InboxStore => ({
  ...inbox,
  receive: async receipt => {
    const { message, person_id } = receipt
    const { message_id, sent_at, text } = message
    if (await erasures.isErased({ message_id, person_id, sent_at, text })) return 'known'
    const { learn } = await preferences.of(person_id)
    await erasures.spare(message_id)
    return await inbox.receive(learn ? receipt : { ...receipt, learning_opt_out: true })
  },
})

export interface HistoryGuardDeps {
  readonly erasures: Pick<Erasures, 'begin' | 'end'>
  readonly applied: Pick<AppliedErasures, 'markApplied'>
  readonly messages: Pick<MessageErasure, 'get'>
}

/**
 * A history for deletions for everyone: what is removed through it stays forgotten, for an older export may still hold its
 * words. A command that is cleared once it has run is not forgotten: what it had remembered stays.
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
