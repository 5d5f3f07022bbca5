/** `session.reset`: ends a conversation's session and moves it into long-term memory. */
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import { operation } from '../operation.ts'
import { namedScope, ownScope, scopeInput } from '../references.ts'

export const sessionReset = operation({
  summary: 'End a session, move it into long-term memory and start fresh',
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: ['people.directory', 'sessions.browser', 'sessions.lifecycle', 'instance.godfather_phone'],
  input: z.strictObject(scopeInput),
  output: z.object({
    session_id: z.string().nullable().describe('the session that ended, or null if there was none'),
    messages: z.int().min(0),
    memory: z.enum(['stored', 'pending', 'nothing']).describe('whether it is in long-term memory now'),
  }),
  // The operator must name the conversation: a default would end the wrong one by mistake.
  subject: async (context, input, caller) => {
    const named = await namedScope(context, input, caller)
    const scope = named ?? (caller.chat === undefined ? undefined : await ownScope(context, caller))
    if (scope !== undefined) return scope
    throw new DenidinError('invalid_input', 'say which conversation to reset: give a session id, a person or a chat')
  },
  exclusiveScope: scope => scope,
  run: async ({ sessions }, _input, { subject: scope }) => {
    const { session_id, messages, memory } = await sessions.lifecycle.reset(scope)
    return {
      output: { session_id: session_id ?? null, messages, memory },
      touched: session_id === undefined ? [] : [{ whose: scope, counts: { messages } }],
    }
  },
})
