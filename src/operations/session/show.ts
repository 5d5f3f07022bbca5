/** `session.show`: one session with the messages that the model would be given. */
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import { maySee, operation } from '../operation.ts'
import { isoTime, referenceField } from '../references.ts'
import { sessionRow, sessionRowSchema } from './session-row.ts'

export const sessionShow = operation({
  summary: 'Show one session with the messages in its window',
  access: 'operator',
  own: true,
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: ['people.directory', 'sessions.browser', 'sessions.reflections'],
  input: z.strictObject({ session_id: referenceField.describe('id of the session') }),
  output: sessionRowSchema.extend({
    chat_id: z.string(),
    reflection: z.string().nullable().describe('what the session was about, once facts were extracted from it'),
    valence: z.number().nullable().describe('mean sentiment of what people said in it, −1 to 1'),
    window_tokens: z.int().min(0),
    window: z.array(
      z.object({ at: z.string(), role: z.string(), name: z.string().nullable(), tokens: z.int(), content: z.string() }),
    ),
  }),
  run: async ({ people, sessions }, { session_id }, { caller }) => {
    const session = await sessions.browser.show(session_id)
    if (session === undefined || !maySee(caller, session.scope)) {
      throw new DenidinError('not_found', `there is no session "${session_id}"`)
    }
    const reflection = await sessions.reflections.of(session_id)
    return {
      output: {
        ...(await sessionRow(people.directory, session)),
        chat_id: session.chat_id,
        reflection: reflection?.text ?? null,
        valence: reflection?.valence ?? null,
        window_tokens: session.window_tokens,
        window: session.window.map(({ timestamp, role, sender_name, tokens, content, forwarded }) => ({
          at: isoTime(timestamp),
          role,
          name: sender_name ?? null,
          tokens,
          content: forwarded === undefined ? content : `[forwarded] ${content}`,
        })),
      },
      touched: [{ whose: session.scope, message_ids: session.window.map(message => message.message_id) }],
    }
  },
})
