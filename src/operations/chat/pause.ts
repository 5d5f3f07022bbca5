/** Conversations in which the bot only listens. */
import { z } from 'zod'
import type { OperationDeps } from '../context.ts'
import { DenidinError } from '../../platform/errors.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { scopeOfPerson, type Scope } from '../../messages/scope.ts'
import { operation, type Caller } from '../operation.ts'
import { findPerson, isoTime, ownScope } from '../references.ts'
import { describeScope } from '../../messages/describe-scope.ts'

const which = {
  conversation: z
    .string()
    .min(1)
    .optional()
    .describe('whose conversation: a phone number, a person id or the chat id of a group; none: the one you are in'),
}

const GROUP = /@g\.us$/

const scopeOf = async (deps: OperationDeps, conversation: string | undefined, caller: Caller): Promise<Scope> => {
  if (conversation !== undefined) {
    return GROUP.test(conversation)
      ? `chat:${conversation}`
      : scopeOfPerson((await findPerson(deps.people, conversation)).person_id)
  }
  const own = caller.chat === undefined ? undefined : await ownScope(deps, caller)
  if (own === undefined) throw new DenidinError('invalid_input', 'name the conversation: a person or a group')
  return own
}

export const chatPause = operation({
  summary: 'Only listen in a conversation, and answer nothing but commands',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({
    ...which,
    minutes: z.int().min(1).max(525_600).optional().describe('for how long; none: until it is resumed'),
  }),
  output: z.object({ conversation: z.string(), until: z.string().nullable() }),
  run: async (deps, { conversation, minutes }, { caller }) => {
    const scope = await scopeOf(deps, conversation, caller)
    const now = deps.clock.now()
    const until = minutes === undefined ? undefined : now + minutes * MINUTE_MS
    await deps.pauses.begin({ scope, until, reason: 'command' }, now)
    return {
      conversation: await describeScope(deps.people, scope),
      until: until === undefined ? null : isoTime(until),
    }
  },
})

export const chatResume = operation({
  summary: 'Answer again in a conversation that was paused',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  input: z.strictObject(which),
  output: z.object({ conversation: z.string(), was_paused: z.boolean() }),
  run: async (deps, { conversation }, { caller }) => {
    const scope = await scopeOf(deps, conversation, caller)
    const was_paused = await deps.pauses.end(scope)
    deps.conversation.resumed()
    return { conversation: await describeScope(deps.people, scope), was_paused }
  },
})

export const chatPauses = operation({
  summary: 'List the conversations in which the bot only listens',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({}),
  output: z.object({
    pauses: z.array(z.object({ conversation: z.string(), reason: z.string(), until: z.string().nullable() })),
  }),
  run: async deps => {
    const pauses = await deps.pauses.list(deps.clock.now())
    return {
      pauses: await Promise.all(
        pauses.map(async ({ scope, reason, until }) => ({
          conversation: await describeScope(deps.people, scope),
          reason,
          until: until === undefined ? null : isoTime(until),
        })),
      ),
    }
  },
})
