/**
 * Matches the senders of an exported chat with the bot and with people, and reports senders for whom this is not
 * certain.
 */
import { looseName } from '../../messages/forgotten-words.ts'
import type { Person } from '../../people/person.ts'
import { phoneDigits } from '../../platform/phone.ts'

/** The speaker behind a sender: the bot's own account, a person, or someone whose messages are left out. */
export type Speaker =
  { readonly is: 'bot' } | { readonly is: 'person'; readonly person: Person } | { readonly is: 'skipped' }

/** A sender of an export. */
export interface Participant {
  readonly name: string
  readonly messages: number
  /** `undefined` if it is not certain. */
  readonly speaker: Speaker | undefined
  /** Persons with this name if there are several, or persons who may be meant. */
  readonly candidates: readonly Person[]
}

/** The conversation that the export is bound to. */
export interface BindingTarget {
  /** The person of a direct chat; `undefined` for a group. */
  readonly person: Person | undefined
}

/** What is known about the senders. */
export interface ParticipantHints {
  /** People whom DeniDin knows. */
  readonly people: readonly Person[]
  /** Assignments by the caller, by `looseName`. */
  readonly given: ReadonlyMap<string, Speaker>
}

type Sender = Pick<Participant, 'name' | 'messages'>

/** The person with this number, or the only person with this name. */
const personOf = ({ name }: Sender, people: readonly Person[]): readonly Person[] => {
  const digits = phoneDigits(name)
  if (digits !== undefined) {
    return people.filter(({ identities }) => identities.some(each => each.kind === 'phone' && each.value === digits))
  }
  const loose = looseName(name)
  return people.filter(person => person.name !== undefined && looseName(person.name) === loose)
}

/** The number of a sender in a group, where everyone with a number is a person, known or new. */
export const numberOf = ({ name }: Pick<Participant, 'name'>, target: BindingTarget): string | undefined =>
  target.person === undefined ? phoneDigits(name) : undefined

const person = (found: Person): Speaker => ({ is: 'person', person: found })

/**
 * In a direct chat, one of the two senders is the person and the other is the bot: one of them must be known for
 * certain. In a group, everyone is a person, identified by number or by a name that no one else has; only the caller
 * can say which sender is the bot.
 */
export const matchParticipants = (
  senders: readonly Sender[],
  target: BindingTarget,
  { people, given }: ParticipantHints,
): readonly Participant[] => {
  const others = given.get('*')
  const found = senders.map(sender => matched(sender, target, { people, given }))
  const completed = target.person === undefined ? found : completeDirect(found, target.person)
  return completed.map(each =>
    each.speaker === undefined && others !== undefined && numberOf(each, target) === undefined
      ? { ...each, speaker: others }
      : each,
  )
}

const matched = (sender: Sender, target: BindingTarget, { people, given }: ParticipantHints): Participant => {
  const said = given.get(looseName(sender.name))
  if (said !== undefined) return { ...sender, speaker: said, candidates: [] }
  const candidates = personOf(sender, target.person === undefined ? people : [target.person])
  const [only, ...more] = candidates
  return { ...sender, speaker: only === undefined || more.length > 0 ? undefined : person(only), candidates }
}

/** If one of the two senders is known, so is the other. */
const completeDirect = (found: readonly Participant[], target: Person): readonly Participant[] => {
  if (found.length > 2) return found
  const has = (is: Speaker['is']): boolean => found.some(each => each.speaker?.is === is)
  const other: Speaker | undefined = has('person') ? { is: 'bot' } : has('bot') ? person(target) : undefined
  return found.map(each => (each.speaker === undefined && other !== undefined ? { ...each, speaker: other } : each))
}
