/** How one session appears in the outputs of `session list` and `session show`. */
import { z } from 'zod'
import { describeScope } from '../../messages/describe-scope.ts'
import type { People } from '../../people/people.ts'
import type { SessionState, SessionSummary } from '../../sessions/session.ts'
import { isoTime } from '../references.ts'

export const SESSION_STATES = [
  'active',
  'closed',
  'stored',
  'dead',
  'purged',
] as const satisfies readonly SessionState[]

export const sessionRowSchema = z.object({
  session_id: z.string(),
  who: z.string().describe('the person, or the group'),
  state: z.enum(SESSION_STATES),
  messages: z.int().min(0).describe('messages received and sent so far'),
  created_at: z.string(),
  last_active: z.string(),
  failed_attempts: z.int().min(0).describe('failed attempts to store it in long-term memory'),
})

export const sessionRow = async (
  directory: Pick<People, 'find'>,
  session: SessionSummary,
): Promise<z.output<typeof sessionRowSchema>> => ({
  session_id: session.session_id,
  who: await describeScope(directory, session.scope),
  state: session.state,
  messages: session.messages,
  created_at: isoTime(session.created_at),
  last_active: isoTime(session.last_active),
  failed_attempts: session.attempts,
})
