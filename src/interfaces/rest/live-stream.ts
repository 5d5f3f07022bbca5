/** Sends what happens at this moment to a program that watches, as far as its token may know of it. */
import { z } from 'zod'
import type { LiveEvent, LiveEvents } from '../../messages/live-events.ts'
import { maySee } from '../../operations/operation.ts'
import type { Authenticated } from './authorization.ts'
import type { EventStream, StreamEvent } from './event-stream.ts'

/** What the events hold, for the OpenAPI document. */
export const liveEventSchema = z.union([
  z.object({ message_id: z.string(), chat_id: z.string(), state: z.enum(['received']) }),
  z.object({
    answers: z.array(z.string()),
    message_id: z.string().nullable(),
    chat_id: z.string(),
    state: z.enum(['intended', 'sent', 'unconfirmed', 'held', 'failed']),
  }),
  z.object({ channel: z.string(), state: z.string(), detail: z.string(), can_send: z.boolean() }),
  z.object({ channel: z.string(), qr: z.string().nullable(), pairing_code: z.string().nullable() }),
])

/**
 * The events that a token gets to see of one: states of its own person's messages; of the connection only where it is not
 * confined to a person. What links the account to another phone needs the scope `admin`.
 */
const shownTo = ({ caller, token }: Authenticated, event: LiveEvent): readonly StreamEvent[] => {
  if (event.kind === 'connection') {
    if (caller.person !== undefined) return []
    const { channel, state, detail, can_send, link } = event
    const shown = { event: 'connection', data: { channel, state, detail, can_send } }
    if (link === undefined || !token.scopes.includes('admin')) return [shown]
    const { qr = null, pairing_code = null } = link
    return [shown, { event: 'link_code', data: { channel, qr, pairing_code } }]
  }
  if (!maySee(caller, event.scope)) return []
  if (event.kind === 'message') {
    const { message_id, chat_id, state } = event
    return [{ event: 'message', data: { message_id, chat_id, state } }]
  }
  const { answers, message_id = null, chat_id, state } = event
  return [{ event: 'reply', data: { answers, message_id, chat_id, state } }]
}

/** Sends events until `ended` is aborted. */
export const followLive = async (
  events: Pick<LiveEvents, 'watch'>,
  stream: Pick<EventStream, 'send'>,
  authenticated: Authenticated,
  ended: AbortSignal,
): Promise<void> => {
  using _watch = events.watch(event => {
    for (const shown of shownTo(authenticated, event)) stream.send(shown)
  })
  await new Promise<void>(resolve => {
    if (ended.aborted) resolve()
    ended.addEventListener('abort', () => resolve(), { once: true })
  })
}
