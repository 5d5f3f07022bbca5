import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { MessageId } from '../messages/message.ts'
import type { Reply } from '../messages/outbox-store.ts'
import type { TokenCounter } from '../text/tokens.ts'

/** A few words of our own to whoever wrote some messages: they belong to no session and are not kept. */
export const systemReply = (
  { ids, clock, tokens }: { readonly ids: Ids; readonly clock: Clock; readonly tokens: TokenCounter },
  answers: readonly MessageId[],
  { chat_id, chat_kind, scope, person_id }: Pick<Reply, 'chat_id' | 'chat_kind' | 'scope' | 'person_id'>,
  text: string,
): Reply => ({
  chat_id,
  chat_kind,
  scope,
  person_id,
  answers,
  text,
  outbox_id: ids.uuid(),
  tokens: tokens.count(text),
  session_id: undefined,
  keep: false,
  created_at: clock.now(),
})
