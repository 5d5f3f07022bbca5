/** `chat.pause`, `chat.listen`, `chat.resume` and `chat.pauses`: conversations in which the bot only listens. */
import { z } from 'zod'
import { describeScope } from '../../messages/describe-scope.ts'
import { scopeOfPerson, type Scope } from '../../messages/scope.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { operation, type Caller } from '../operation.ts'
import { findPerson, isoTime, ownScope, referenceField } from '../references.ts'

const LONGEST_PAUSE_MINUTES = 525_600

const conversationInput = {
  conversation: referenceField
    .optional()
    .describe("phone number or id of a person, or a group's chat id; default: the chat you write in"),
}

const GROUP = /@g\.us$/

/** The named conversation, or the one in which the command was written. */
const conversationOf = async (
  context: Uses<'people.directory' | 'instance.godfather_phone'>,
  { conversation }: { readonly conversation?: string | undefined },
  caller: Caller,
): Promise<Scope> => {
  if (conversation !== undefined) {
    return GROUP.test(conversation)
      ? `chat:${conversation}`
      : scopeOfPerson((await findPerson(context.people.directory, conversation)).person_id)
  }
  const own = caller.chat === undefined ? undefined : await ownScope(context, caller)
  if (own === undefined) {
    throw new DenidinError('invalid_input', 'say which conversation: give a person or the chat id of a group')
  }
  return own
}

export const chatPause = operation({
  summary: 'Only listen in a conversation, and answer nothing but commands',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory', 'instance.godfather_phone', 'chats.pauses', 'system.clock'],
  input: z.strictObject({
    ...conversationInput,
    minutes: z.int().min(1).max(LONGEST_PAUSE_MINUTES).optional().describe('how long; default: until resumed'),
  }),
  output: z.object({ conversation: z.string(), until: z.string().nullable() }),
  subject: conversationOf,
  run: async ({ people, chats, system }, { minutes }, { subject: scope }) => {
    const now = system.clock.now()
    const until = minutes === undefined ? undefined : now + minutes * MINUTE_MS
    await chats.pauses.begin({ scope, until, reason: 'command' }, now)
    return {
      conversation: await describeScope(people.directory, scope),
      until: until === undefined ? null : isoTime(until),
    }
  },
})

export const chatListen = operation({
  summary: 'Only remember a conversation, and never answer in it, not even commands of others, until it is resumed',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory', 'instance.godfather_phone', 'chats.pauses', 'system.clock'],
  input: z.strictObject(conversationInput),
  output: z.object({ conversation: z.string() }),
  subject: conversationOf,
  run: async ({ people, chats, system }, _input, { subject: scope }) => {
    await chats.pauses.begin({ scope, until: undefined, reason: 'listen' }, system.clock.now())
    return { conversation: await describeScope(people.directory, scope) }
  },
})

export const chatResume = operation({
  summary: 'Answer again in a conversation that was paused or only listened to',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory', 'instance.godfather_phone', 'chats.pauses', 'chats.conversation'],
  input: z.strictObject(conversationInput),
  output: z.object({ conversation: z.string(), was_paused: z.boolean() }),
  subject: conversationOf,
  run: async ({ people, chats }, _input, { subject: scope }) => {
    const was_paused = await chats.pauses.end(scope)
    chats.conversation.resumed()
    return { conversation: await describeScope(people.directory, scope), was_paused }
  },
})

export const chatPauses = operation({
  summary: 'List the conversations that are paused or only listened to',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory', 'chats.pauses', 'system.clock'],
  input: z.strictObject({}),
  output: z.object({
    pauses: z.array(z.object({ conversation: z.string(), reason: z.string(), until: z.string().nullable() })),
  }),
  run: async ({ people, chats, system }) => {
    const pauses = await chats.pauses.list(system.clock.now())
    return {
      pauses: await Promise.all(
        pauses.map(async ({ scope, reason, until }) => ({
          conversation: await describeScope(people.directory, scope),
          reason,
          until: until === undefined ? null : isoTime(until),
        })),
      ),
    }
  },
})
