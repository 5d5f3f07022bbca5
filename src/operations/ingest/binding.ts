/** The conversation that an exported chat is bound to, and what a caller may say about it. */
import { z } from 'zod'
import type { BindingTarget } from '../../ingest/binding/participants.ts'
import type { DateOrder } from '../../ingest/source.ts'
import { scopeOfPerson, type Scope } from '../../messages/scope.ts'
import type { Person } from '../../people/person.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { personField, referenceField } from '../references.ts'
import { personNamed } from './ingest-people.ts'

const MOST_PARTICIPANTS = 2000

export const bindingInput = {
  person: personField
    .optional()
    .describe(
      'make an exported chat part of the conversation with this person (a number, a name, @username or person id); a number that has never written becomes a person',
    ),
  chat: referenceField
    .optional()
    .describe('make an exported chat part of the conversation of this group (its chat id)'),
  me: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe("name of the bot's own account in the exported chat (only with person or chat)"),
  participant: z
    .array(z.string().trim().min(3).max(700))
    .max(MOST_PARTICIPANTS)
    .optional()
    .describe(
      'who a sender is, as name=person (a number, which may be new, or a name) or name=bot; name=skip leaves a sender out, *=skip all who are neither known nor shown by number',
    ),
  learn: z
    .boolean()
    .default(false)
    .describe('extract facts from the newest messages that are added; costs model calls (only with person or chat)'),
}

export interface BindingInput {
  readonly file: string
  readonly person?: string | undefined
  readonly chat?: string | undefined
  readonly me?: string | undefined
  readonly participant?: readonly string[] | undefined
  readonly learn?: boolean
  readonly dry_run?: boolean
  readonly zone?: string | undefined
  readonly date_order?: DateOrder | undefined
}

/** The conversation that an export is bound to. */
export interface Binding extends BindingTarget {
  readonly scope: Scope
  readonly chat_id: string
}

/** The chat id of a person's imported messages; no channel serves it. */
const DIRECT_CHAT_ID = 'imported:whatsapp'

/** The conversation with a person. */
export const boundTo = (person: Person): Binding => ({
  person,
  scope: scopeOfPerson(person.person_id),
  chat_id: DIRECT_CHAT_ID,
})

type TargetContext = Uses<'people.directory' | 'messages.imports'>

/** `undefined`: the export is to go into the archive. @throws DenidinError `invalid_input`, `not_found` */
export const bindingOf = async (
  { people, messages }: TargetContext,
  { person, chat }: Pick<BindingInput, 'person' | 'chat'>,
): Promise<Binding | undefined> => {
  if (person !== undefined) {
    return boundTo(await personNamed(people.directory, person))
  }
  if (chat === undefined) return undefined
  const scope: Scope = `chat:${chat}`
  if (!/@g\.us$/u.test(chat) && !(await messages.imports.messages.holds(scope))) {
    throw new DenidinError('not_found', `there is no group "${chat}": give its chat id, such as 1203630000@g.us`)
  }
  return { person: undefined, scope, chat_id: chat }
}
