/** The person that a call is about, and the conversation and search scope that follow from it. */
import { ownSearchScope } from '../retrieval/scope-policy.ts'
import type { ListContext } from '../memory/numbered-lists.ts'
import type { MessageId } from '../messages/message.ts'
import { scopeOfPerson, type Scope, type SearchScope } from '../messages/scope.ts'
import type { Person } from '../people/person.ts'
import { DenidinError } from '../platform/errors.ts'
import type { Uses } from './context.ts'
import { actorOf, type Caller } from './operation.ts'
import { findPerson, personField, terminalPhone } from './references.ts'

/** Input field with which the operator names the person; in a chat, people can only mean themselves. */
export const subjectInput = {
  person: personField
    .optional()
    .describe('person: phone number, @username or person id; default: the person this terminal speaks as'),
}

/** The person whose data a call is about, and where it is asked. */
export interface Subject {
  readonly person: Person
  /** The conversation in which the call is made: the person's own, or a group's. */
  readonly scope: Scope
  readonly search_scope: SearchScope
  /** Where the numbers of a list are valid. */
  readonly listing: ListContext
  /** The caller's name in the audit log. */
  readonly by: string
  /** The operator may see and delete everything; others only what belongs to the person. */
  readonly unrestricted: boolean
  /** The message with the command, if it came from a chat. */
  readonly command_ids: readonly MessageId[]
}

const OPERATOR_CHAT = 'operator'

/** The fields of the context that `resolveSubject` needs; spread them into `uses`. */
export const SUBJECT_FIELDS = ['people.directory', 'instance.godfather_phone'] as const

/**
 * Resolves the person: in a chat its writer; for the operator the named person, or the one the terminal speaks as.
 * @throws DenidinError `forbidden` for a writer in a chat who names someone else; `not_found`.
 */
export const resolveSubject = async (
  context: Uses<(typeof SUBJECT_FIELDS)[number]>,
  { person: reference }: { readonly person?: string | undefined },
  caller: Caller,
): Promise<Subject> => {
  const { person, chat, level } = caller
  const by = actorOf(caller)
  if (level === 'operator') {
    const named = await findPerson(context.people.directory, reference ?? terminalPhone(context))
    const scope = scopeOfPerson(named.person_id)
    const listing = { person_id: named.person_id, chat_id: OPERATOR_CHAT }
    return {
      person: named,
      scope,
      search_scope: ownSearchScope(scope),
      listing,
      by,
      unrestricted: true,
      command_ids: [],
    }
  }
  if (reference !== undefined) throw new DenidinError('forbidden', 'only the operator may name someone else')
  if (person === undefined || chat === undefined) throw new DenidinError('invalid_input', 'give a person')
  const { scope, chat_id, message_id } = chat
  return {
    person,
    scope,
    search_scope: ownSearchScope(scope),
    listing: { person_id: person.person_id, chat_id },
    by,
    unrestricted: false,
    command_ids: message_id === undefined ? [] : [message_id],
  }
}
