/** Step of a turn: opens the running session of its scope and adds the messages. */
import type { OpenedSession, Session, Sessions } from '../../sessions/sessions.ts'
import { toWindowMessage } from '../../sessions/session.ts'
import type { TurnContext } from '../turn-context.ts'

export interface OpenSessionDeps {
  readonly windows: Pick<Sessions, 'open' | 'append'>
  /** Called when a session ended and waits to be moved into long-term memory. */
  readonly sessionEnded: () => void
}

/** The running session of a turn. */
export type TurnSession = Session & Pick<OpenedSession, 'began_at'>

/** @returns the session with every message that a request may contain; the packer chooses among them */
export const openSession = async (
  { windows, sessionEnded }: OpenSessionDeps,
  { scope, chat_id, batch }: TurnContext,
): Promise<TurnSession> => {
  const { session_id, began_at, ended_another } = await windows.open(scope, chat_id)
  if (ended_another) sessionEnded()
  const added = batch.map(message => toWindowMessage({ ...message, role: 'user' }))
  return { ...(await windows.append(session_id, added)), began_at }
}
