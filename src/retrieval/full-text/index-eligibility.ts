/** Decides which messages the full-text index contains, and reads them for it. */
import { isConversation, type MessageId, type MessageRecord } from '../../messages/message.ts'
import type { ZoneOf } from '../../people/personal-zones.ts'
import type { MessageState } from './full-text-index.ts'

/** The version of a message that is indexed, if it is indexed at all. */
export const stateOf = async (
  message_id: MessageId,
  now: MessageRecord | undefined,
  zoneOf: ZoneOf,
): Promise<MessageState> => {
  if (now === undefined || !isConversation(now)) return { message_id, now: undefined }
  const zone = await zoneOf(now.person_id)
  return { message_id, now: { scope: now.scope, message: { ...now, day: zone.dayOf(now.sent_at) } } }
}
