/** What people can ask of what is held about them: whose it is, and by which name it is called. */
import { z } from 'zod'
import type { ListContext } from '../memory/numbered-lists.ts'
import type { MemoryRecord } from '../memory/memory.ts'
import type { MessageId } from '../messages/message.ts'
import { scopeOfPerson, type Scope } from '../messages/scope.ts'
import type { Person } from '../people/person.ts'
import { DenidinError } from '../platform/errors.ts'
import type { OperationDeps } from './dependencies.ts'
import type { Caller } from './operation.ts'
import { findPerson, personField, terminalPhone } from './references.ts'

/** Whose memory an operator means; people themselves name nobody. */
export const whoseInput = {
  person: personField.optional().describe('whose: a phone number, @username or person id; none: the one you are'),
}

/** The person whose memory is asked about. */
export interface Subject {
  readonly person: Person
  /** The conversation it is asked in: the person's own, or a group's. */
  readonly scope: Scope
  /** Where the numbers of a list hold. */
  readonly place: ListContext
  /** Who asks, for the audit. */
  readonly by: string
  /** The request itself. */
  readonly request: readonly MessageId[]
}

const OPERATOR_CHAT = 'operator'

/**
 * Whom a request is about: in a chat whoever writes; at a terminal the person that is named, or that it speaks as.
 * @throws DenidinError `forbidden` for somebody in a chat who names another; `not_found`.
 */
export const subjectOf = async (
  deps: Pick<OperationDeps, 'people' | 'about'>,
  { person: reference }: { readonly person?: string | undefined },
  caller: Caller,
): Promise<Subject> => {
  const { person, chat, level } = caller
  if (level === 'operator') {
    const named = await findPerson(deps.people, reference ?? terminalPhone(deps))
    const scope = scopeOfPerson(named.person_id)
    const place = { person_id: named.person_id, chat_id: OPERATOR_CHAT }
    return { person: named, scope, place, by: 'operator', request: [] }
  }
  if (reference !== undefined) throw new DenidinError('forbidden', 'only the operator may name somebody else')
  if (person === undefined || chat === undefined) throw new DenidinError('invalid_input', 'nobody is named')
  const { scope, chat_id, message_id } = chat
  return {
    person,
    scope,
    place: { person_id: person.person_id, chat_id },
    by: person.person_id,
    request: message_id === undefined ? [] : [message_id],
  }
}

/** Who said what a memory came from, as its reader sees them. */
export const SPEAKERS = ['you', 'others', 'conversation'] as const

export const speakerOf = ({ kind, person_ids }: MemoryRecord, { person_id }: Person): (typeof SPEAKERS)[number] =>
  kind === 'session_summary' || kind === 'session_transcript'
    ? 'conversation'
    : person_ids.includes(person_id)
      ? 'you'
      : 'others'

/** A memory or a message with its number, as a list shows it. */
export const itemSchema = z.object({
  number: z.int().min(1),
  kind: z.enum(['memory', 'message']),
  id: z.string(),
  by: z.enum(SPEAKERS).describe('who said it'),
  said_at: z.string(),
  in_group: z.boolean(),
  text: z.string(),
})
