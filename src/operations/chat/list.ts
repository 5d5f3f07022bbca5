/** `chat.list`: the chats in which someone wrote lately. */
import { z } from 'zod'
import { describeScope } from '../../messages/describe-scope.ts'
import { operation } from '../operation.ts'
import { isoTime } from '../references.ts'

const MOST_ROWS = 200

export const chatList = operation({
  summary: 'List the chats in which someone wrote in the last 30 days, the latest first',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['messages.traffic', 'people.directory'],
  input: z.strictObject({
    limit: z.int().min(1).max(MOST_ROWS).default(50).describe('maximum number of rows'),
  }),
  output: z.object({
    chats: z.array(
      z.object({
        chat_id: z.string(),
        who: z.string().describe('the person, or the group'),
        kind: z.enum(['direct', 'group']),
        last_message_at: z.string(),
        messages: z.int().min(0).describe('messages that were received in the last 30 days'),
      }),
    ),
  }),
  run: async ({ messages, people }, { limit }) => {
    const chats = (await messages.traffic.chats(limit)).map(async ({ chat_id, chat_kind, scope, last_at, count }) => ({
      chat_id,
      who: await describeScope(people.directory, scope),
      kind: chat_kind,
      last_message_at: isoTime(last_at),
      messages: count,
    }))
    return { chats: await Promise.all(chats) }
  },
})
