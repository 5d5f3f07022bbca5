/** How callers refer to a conversation or a person, and how such a reference is resolved. */
import { z } from 'zod'
import { CONSOLE_PHONE } from '../channels/console/console-channel.ts'
import { scopeOfPerson, type Scope } from '../messages/scope.ts'
import type { People } from '../people/people.ts'
import type { Person } from '../people/person.ts'
import { DenidinError } from '../platform/errors.ts'
import { phoneDigits } from '../platform/phone.ts'
import type { Uses } from './context.ts'
import type { Caller } from './operation.ts'

/** Longer than any id, number or address. */
const MOST_REFERENCE_CHARACTERS = 500

/** A reference to something. */
export const referenceField = z.string().min(1).max(MOST_REFERENCE_CHARACTERS)

/** A person: by id, by phone number in any usual spelling, by `…@lid` or by `@username`. */
export const personField = referenceField.describe('person: phone number, @username or person id')

/** Input fields that name a conversation: at most one of them. Without any, the caller's own is meant. */
export const scopeInput = {
  person: personField.optional(),
  chat: referenceField.optional().describe('group: its chat id'),
  session_id: referenceField.optional().describe('session whose conversation is meant'),
}

interface ScopeReference {
  readonly person?: string | undefined
  readonly chat?: string | undefined
  readonly session_id?: string | undefined
}

/** `hint` is added if the number is valid but no one with it has written. @throws DenidinError `not_found`. */
export const findPerson = async (directory: Pick<People, 'lookUp'>, reference: string, hint = ''): Promise<Person> => {
  const person = await directory.lookUp(reference)
  if (person !== undefined) return person
  throw new DenidinError(
    'not_found',
    phoneDigits(reference) === undefined
      ? `there is no person "${reference}": give a phone number with its country code, an @username or a person id`
      : `no one with the number ${reference} has written yet${hint}`,
  )
}

/**
 * The scope that an input names, or `undefined` if it names none.
 * @throws DenidinError `forbidden` if the caller is not the operator, `invalid_input`, `not_found`.
 */
export const namedScope = async (
  { people, sessions }: Uses<'people.directory' | 'sessions.browser'>,
  reference: ScopeReference,
  caller: Caller,
): Promise<Scope | undefined> => {
  const { person, chat, session_id } = reference
  const named = [person, chat, session_id].filter(each => each !== undefined).length
  if (named === 0) return undefined
  if (caller.level !== 'operator') {
    throw new DenidinError('forbidden', "only the operator may name someone else's conversation")
  }
  if (named > 1) throw new DenidinError('invalid_input', 'give only one of person, chat and session id')
  if (person !== undefined) return scopeOfPerson((await findPerson(people.directory, person)).person_id)
  if (chat !== undefined) return `chat:${chat}`
  const session = await sessions.browser.show(session_id ?? '')
  if (session === undefined) throw new DenidinError('not_found', `there is no session "${session_id ?? ''}"`)
  return session.scope
}

/** The phone number that a terminal speaks as by default: the godfather's, or else a special one. */
export const terminalPhone = ({ instance }: Uses<'instance.godfather_phone'>): string =>
  instance.godfather_phone ?? CONSOLE_PHONE

/**
 * The caller's own scope: that of the chat the call came from; for the operator, that of the person the terminal speaks
 * as. `undefined` if that person has never written.
 */
export const ownScope = async (
  context: Uses<'instance.godfather_phone' | 'people.directory'>,
  caller: Caller,
): Promise<Scope | undefined> => {
  if (caller.chat !== undefined) return caller.chat.scope
  if (caller.person !== undefined) return scopeOfPerson(caller.person.person_id)
  if (caller.level !== 'operator') return undefined
  const person = await context.people.directory.lookUp(terminalPhone(context))
  return person === undefined ? undefined : scopeOfPerson(person.person_id)
}

/** An instant in an output. */
export const isoTime = (at: number): string => new Date(at).toISOString()
