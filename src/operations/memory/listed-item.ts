/** How one memory or message appears in a numbered list of what is remembered about a person. */
import { z } from 'zod'
import type { ListedItem } from '../../memory/numbered-lists.ts'
import type { MemoryRecord } from '../../memory/memory.ts'
import { isForwarded } from '../../messages/message-details.ts'
import type { MessageRecord } from '../../messages/message.ts'
import { personOfScope } from '../../messages/scope.ts'
import type { Person } from '../../people/person.ts'
import type { Quote } from '../../retrieval/quote.ts'
import { isoTime } from '../references.ts'

/** Speakers of the source of a memory, from its reader's point of view. */
export const SPEAKERS = ['you', 'others', 'conversation', 'forwarded'] as const
type Speaker = (typeof SPEAKERS)[number]

export const speakerOfMemory = (
  { kind, person_ids }: Pick<MemoryRecord, 'kind' | 'person_ids'>,
  { person_id }: Person,
): Speaker =>
  kind === 'session_summary' || kind === 'session_transcript'
    ? 'conversation'
    : person_ids.includes(person_id)
      ? 'you'
      : 'others'

/** A message of a list, as a record or as a quote. */
type Said = Pick<MessageRecord, 'person_id' | 'details'> & Pick<Quote, 'forwarded'>

export const speakerOfMessage = (message: Said, { person_id }: Person): Speaker => {
  if (message.forwarded === true || isForwarded(message)) return 'forwarded'
  return message.person_id === person_id ? 'you' : 'others'
}

/** A memory or a message with its number in a list. */
export const itemSchema = z.object({
  number: z.int().min(1),
  kind: z.enum(['memory', 'message']),
  id: z.string(),
  by: z.enum(SPEAKERS).describe('who said it; forwarded: someone passed it on'),
  said_at: z.string(),
  in_group: z.boolean(),
  text: z.string(),
})

/** An item before the list is cut to its length and numbered. */
export interface UnnumberedItem {
  readonly shown: Omit<z.output<typeof itemSchema>, 'number'>
  /** When it was said, milliseconds since the Unix epoch. */
  readonly at: number
  /** The item that its number will refer to. */
  readonly listed: ListedItem
}

export const itemOfMemory = (memory: MemoryRecord, person: Person): UnnumberedItem => ({
  shown: {
    kind: 'memory',
    id: memory.memory_id,
    text: memory.text,
    by: speakerOfMemory(memory, person),
    said_at: isoTime(memory.said_to),
    in_group: personOfScope(memory.scope) === undefined,
  },
  at: memory.said_to,
  listed: { kind: 'memory', id: memory.memory_id, scope: memory.scope },
})

export const itemOfMessage = (
  message: Said & Pick<MessageRecord, 'message_id' | 'scope' | 'sent_at' | 'text'>,
  person: Person,
): UnnumberedItem => ({
  shown: {
    kind: 'message',
    id: message.message_id,
    text: message.text,
    by: speakerOfMessage(message, person),
    said_at: isoTime(message.sent_at),
    in_group: personOfScope(message.scope) === undefined,
  },
  at: message.sent_at,
  listed: { kind: 'message', id: message.message_id, scope: message.scope },
})
