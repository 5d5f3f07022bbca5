/** `chat.say`: sends a message through the full pipeline without WhatsApp. */
import { z } from 'zod'
import type { ConsoleMessage } from '../../channels/console/console-channel.ts'
import { recencyOf } from '../../memory/fact-ranking.ts'
import type { MemoryRecord } from '../../memory/memory.ts'
import type { MessageId, MessageRecord } from '../../messages/message.ts'
import { scopeOfPerson, SHARED_SCOPE } from '../../messages/scope.ts'
import { phoneOf } from '../../people/person.ts'
import { DenidinError } from '../../platform/errors.ts'
import { phoneDigits } from '../../platform/phone.ts'
import type { Uses } from '../context.ts'
import { idsOf, memoriesOf, messagesOf } from '../memory/given.ts'
import { operation, type Caller, type Touched } from '../operation.ts'
import { isoTime, referenceField, terminalPhone } from '../references.ts'

/** Only the beginning of a longer message is read, and its writer is told so; this is the limit of the socket. */
const MESSAGE_CHARACTERS = 250_000
const NAME_CHARACTERS = 100
const MOST_MEMORIES = 100

const recalledMemory = z.object({
  memory_id: z.string(),
  prompt: z.string().describe('what the person said: their words where they are kept, else the memory itself'),
  response: z.null().describe('a memory is a fact, not an exchange'),
  text: z.string().describe('the memory'),
  timestamp: z.string().describe('when it was said'),
  similarity_score: z.number().nullable().describe('null: found by its words alone'),
  recency_score: z.number(),
})

const quotedMessage = z.object({
  message_id: z.string(),
  text: z.string(),
  timestamp: z.string(),
  similarity_score: z.number().nullable(),
})

const input = z.strictObject({
  message: z.string().trim().min(1).max(MESSAGE_CHARACTERS).describe('text of the message'),
  as: referenceField.optional().describe("phone number to speak as (default: the godfather's)"),
  name: z.string().min(1).max(NAME_CHARACTERS).optional().describe('display name of the speaker'),
  retrieve_memories: z.boolean().default(true).describe('recall memories and earlier messages for this message'),
  top_k: z
    .int()
    .min(1)
    .max(MOST_MEMORIES)
    .optional()
    .describe('most memories recalled, within memory.longterm.top_k_results'),
})

type SayInput = z.output<typeof input>

interface Speaker {
  readonly phone: string | undefined
  readonly as: Pick<ConsoleMessage, 'phone' | 'person'>
}

/** Who speaks: a confined caller's own person; else a phone number. @throws DenidinError */
const speakerOf = (
  context: Uses<'instance.godfather_phone'>,
  { as, name }: SayInput,
  { level, person }: Caller,
): Speaker => {
  if (level !== 'operator' && person !== undefined) {
    if (as !== undefined || name !== undefined) {
      throw new DenidinError('forbidden', 'only the operator may speak as someone else')
    }
    return { phone: phoneOf(person.identities), as: { person } }
  }
  const phone = as === undefined ? terminalPhone(context) : phoneDigits(as)
  if (phone !== undefined) return { phone, as: { phone } }
  throw new DenidinError(
    'invalid_input',
    `chat.say: as must be a phone number with its country code, not ${JSON.stringify(as)}`,
  )
}

const NOTHING_RECALLED = { memories: [], quotes: [], touched: [] }

/** What the reply to a message was given besides the conversation. */
const recalledFor = async (
  context: Uses<'memory.store' | 'memory.log' | 'messages.history'>,
  message_id: MessageId,
  now: number,
) => {
  const recall = await context.memory.log.recallOf(message_id)
  if (recall === undefined) return NOTHING_RECALLED
  const found = recall.items.filter(({ given_as }) => given_as === 'recall')
  const memories = await memoriesOf(context, idsOf(found, 'memory_id'))
  const messages = await messagesOf(context, idsOf(found, 'message_id'))
  return {
    memories: found.flatMap(({ memory_id, similarity = null }) => {
      const memory = memories.get(memory_id ?? '')
      if (memory === undefined) return []
      const { text, quote, said_to } = memory
      return {
        memory_id: memory.memory_id,
        prompt: quote ?? text,
        response: null,
        text,
        timestamp: isoTime(said_to),
        similarity_score: similarity,
        recency_score: recencyOf(said_to, now),
      }
    }),
    quotes: found.flatMap(({ message_id: id, similarity = null }) => {
      const message = messages.get(id ?? '')
      return message === undefined
        ? []
        : {
            message_id: message.message_id,
            text: message.text,
            timestamp: isoTime(message.sent_at),
            similarity_score: similarity,
          }
    }),
    touched: touchedBy([...memories.values(), ...messages.values()]),
  }
}

/** Whose memories and messages were shown. */
const touchedBy = (
  shown: readonly (Pick<MemoryRecord, 'scope' | 'memory_id'> | Pick<MessageRecord, 'scope' | 'message_id'>)[],
): readonly Touched[] =>
  [...Map.groupBy(shown, ({ scope }) => scope)]
    // What everyone may know is no one's.
    .filter(([whose]) => whose !== SHARED_SCOPE)
    .map(([whose, items]) => ({
      whose,
      memory_ids: items.flatMap(item => ('memory_id' in item ? item.memory_id : [])),
      message_ids: items.flatMap(item => ('message_id' in item ? item.message_id : [])),
    }))

export const chatSay = operation({
  summary: 'Send a message to DeniDin through the same pipeline as a WhatsApp message',
  access: 'operator',
  own: true,
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: [
    'instance.godfather_phone',
    'people.directory',
    'chats.console',
    'chats.recallOverrides',
    'memory.store',
    'memory.log',
    'messages.history',
    'system.clock',
    'system.ids',
  ],
  input,
  output: z.object({
    phone: z.string().nullable().describe('number that the message was sent as'),
    replies: z.array(z.string()),
    response: z.string().describe('the replies as one text; empty where the bot only listens'),
    memories: z.array(recalledMemory).describe('memories that were recalled for the reply'),
    quotes: z.array(quotedMessage).describe('earlier messages that were recalled for the reply'),
    experience_id: z.string().describe('id of the message'),
  }),
  run: async (context, given, { caller, signal }) => {
    const { chats, people, system } = context
    const { phone, as } = speakerOf(context, given, caller)
    const { message: text, name, retrieve_memories: retrieve, top_k: most_memories } = given
    const message_id = `console-${system.ids.uuid()}`
    const message = { ...as, message_id, text, signal, ...(name === undefined ? {} : { name }) }
    const replies = await chats.recallOverrides.during(message_id, { retrieve, most_memories }, () =>
      chats.console.say(message),
    )
    const speaker = as.person ?? (await people.directory.lookUp(phone ?? ''))
    const { touched, ...recalled } = await recalledFor(context, message_id, system.clock.now())
    const said =
      speaker === undefined ? [] : [{ whose: scopeOfPerson(speaker.person_id), counts: { replies: replies.length } }]
    return {
      output: {
        phone: phone ?? null,
        replies: [...replies],
        response: replies.join('\n\n'),
        ...recalled,
        experience_id: message_id,
      },
      touched: [...said, ...touched],
    }
  },
})
