/** Guards the inbox: what was forgotten is not recorded again, and the wish not to be learned from is recorded with it. */
import type { Preferences } from '../people/preferences.ts'
import type { Erasures } from './erasures.ts'
import type { InboxStore } from './inbox-store.ts'

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
