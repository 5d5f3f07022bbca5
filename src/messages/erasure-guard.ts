import type { Preferences } from '../people/preferences.ts'
import type { Erasures } from './erasures.ts'
import type { MessageStore } from './message-store.ts'

/**
 * A message store that takes nothing that was forgotten, wherever it comes from, and marks what its person wants nobody
 * to learn from.
 */
export const guardMessages = (
  messages: MessageStore,
  { erasures, preferences }: { readonly erasures: Pick<Erasures, 'isErased'>; readonly preferences: Preferences },
): MessageStore => ({
  ...messages,
  receive: async receipt => {
    const { message, person_id } = receipt
    const { message_id, sent_at, text } = message
    if (await erasures.isErased({ message_id, person_id, sent_at, text })) return 'known'
    const { learn } = await preferences.of(person_id)
    return await messages.receive(learn ? receipt : { ...receipt, learning_opt_out: true })
  },
})
