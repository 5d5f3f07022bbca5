/** Who the senders of an exported chat are: what the caller says, what is known, and where that is not certain. */
import { openBoundFile, type OpenBoundFile } from '../../ingest/binding/bound-export.ts'
import {
  matchParticipants,
  numberOf,
  type BindingTarget,
  type Participant,
  type Speaker,
} from '../../ingest/binding/participants.ts'
import type { NamedPerson } from '../../ingest/forgotten-filter.ts'
import type { ReadingOptions } from '../../ingest/source.ts'
import { looseName } from '../../messages/forgotten-words.ts'
import type { People } from '../../people/people.ts'
import { nameOrPhone, type Person } from '../../people/person.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import type { BindingInput } from './binding.ts'
import { everyone, isNewcomer, newcomer, personNamed } from './ingest-people.ts'
import { readingOf } from './reading.ts'

/**
 * People as an export may name them; what the caller says of a name goes before what is known.
 * @throws DenidinError `invalid_input`, `not_found`
 */
export const namedPeople = async (
  directory: Pick<People, 'list' | 'lookUp'>,
  given: Pick<BindingInput, 'participant'>,
): Promise<readonly NamedPerson[]> => {
  const speakers = await givenSpeakers(directory, given)
  const said = [...speakers].map(([name, speaker]): NamedPerson => {
    if (speaker.is === 'person' && !isNewcomer(speaker.person))
      return { person_id: speaker.person.person_id, names: [name] }
    if (speaker.is === 'person') {
      const number = nameOrPhone(speaker.person) ?? ''
      const remedy = `leave out --participant for "${name}", nothing of theirs was forgotten`
      throw new DenidinError('not_found', `no one with the number ${number} has written yet: ${remedy}`)
    }
    throw new DenidinError(
      'invalid_input',
      `"${name}" must be a person: only a load with --person or --chat leaves senders out`,
    )
  })
  const known = (await everyone(directory)).map(({ person_id, name, identities }): NamedPerson => {
    const numbers = identities.flatMap(({ kind, value }) => (kind === 'phone' ? [value] : []))
    const is_known = name !== undefined && !speakers.has(looseName(name))
    return { person_id, names: is_known ? [...numbers, name] : numbers }
  })
  return [...known, ...said]
}

const OTHERS = '*'

/** What the caller said about the senders. @throws DenidinError `invalid_input`, `not_found` */
export const givenSpeakers = async (
  directory: Pick<People, 'list' | 'lookUp'>,
  { me, participant = [] }: Pick<BindingInput, 'me' | 'participant'>,
): Promise<ReadonlyMap<string, Speaker>> => {
  const given = new Map<string, Speaker>()
  const say = (name: string, speaker: Speaker): void => {
    const said = given.get(looseName(name))
    if (said !== undefined && !isSame(said, speaker)) {
      throw new DenidinError('invalid_input', `"${name}" is given twice, and not as the same: say once who that is`)
    }
    given.set(looseName(name), speaker)
  }
  if (me !== undefined) say(me, { is: 'bot' })
  for (const text of participant) {
    const at = text.lastIndexOf('=')
    const [name, reference] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
    if (at < 1 || name === '' || reference === '') {
      throw new DenidinError('invalid_input', `"${text}" is not a participant: write it as name=person, or name=skip`)
    }
    if (name === OTHERS && reference !== 'skip') {
      throw new DenidinError('invalid_input', `"${text}": all other senders can only be left out, with "*=skip"`)
    }
    say(name, await speakerNamed(directory, reference))
  }
  return given
}

const speakerNamed = async (directory: Pick<People, 'list' | 'lookUp'>, reference: string): Promise<Speaker> => {
  if (reference === 'skip') return { is: 'skipped' }
  if (reference === 'bot') return { is: 'bot' }
  return { is: 'person', person: await personNamed(directory, reference) }
}

const isSame = (one: Speaker, other: Speaker): boolean =>
  one.is === other.is &&
  (one.is !== 'person' || other.is !== 'person' || one.person.person_id === other.person.person_id)

export type OpenContext = Uses<'people.directory' | 'system.clock'>

/** An export with its senders matched. */
export interface MatchedExport {
  readonly opened: OpenBoundFile
  readonly reading: ReadingOptions
  readonly participants: readonly Participant[]
  /** Names that the caller gave, and that no sender has. */
  readonly absent: readonly string[]
}

/** @throws DenidinError `invalid_input`, `not_found`, `forbidden` */
export const matchExport = async (
  { people: { directory }, system }: OpenContext,
  input: BindingInput,
  target: BindingTarget,
  signal: AbortSignal,
): Promise<MatchedExport> => {
  const reading = readingOf(input, system.clock)
  const given = await givenSpeakers(directory, input)
  const opened = await openBoundFile({ path: input.file, reading, names: [...given.keys()] }, signal)
  const senders = opened.survey.senders.names()
  const people = target.person === undefined ? await everyone(directory) : [target.person]
  const participants = matchParticipants(senders, target, { people, given })
  refuseThirdPerson(participants, target)
  const names = new Set(senders.map(({ name }) => looseName(name)))
  const absent = [...given.keys()].filter(name => name !== OTHERS && !names.has(name))
  return { opened, reading, participants, absent }
}

/** In a conversation with one person no one else has a place: another person's words would be theirs. */
const refuseThirdPerson = (participants: readonly Participant[], { person }: BindingTarget): void => {
  if (person === undefined) return
  for (const { name, speaker } of participants) {
    if (speaker?.is !== 'person' || speaker.person.person_id === person.person_id) continue
    const who = nameOrPhone(person) ?? 'the person'
    throw new DenidinError(
      'invalid_input',
      `"${name}" can only be ${who}, the bot or left out ("${name}=skip") in the conversation with ${who}; bind a group with --chat`,
    )
  }
}

/**
 * Who each sender is, by name. A sender by number is a person of that number, known or new; no one is made for a name
 * alone, nor before all are certain.
 * @param admitted makes a newcomer a person
 * @throws DenidinError `invalid_input`
 */
export const speakersOf = async (
  participants: readonly Participant[],
  binding: BindingTarget,
  admitted: (person: Person, name: string) => Promise<Person>,
): Promise<ReadonlyMap<string, Speaker>> => {
  const open = participants.filter(each => each.speaker === undefined && numberOf(each, binding) === undefined)
  if (open.length > 0) throw uncertain(open, binding)
  const speakers = new Map<string, Speaker>()
  for (const participant of participants) {
    const { name, speaker } = participant
    const digits = numberOf(participant, binding)
    const person = speaker?.is === 'person' ? speaker.person : digits === undefined ? undefined : newcomer(digits)
    if (speaker !== undefined && speaker.is !== 'person') speakers.set(name, speaker)
    else if (person !== undefined) speakers.set(name, { is: 'person', person: await admitted(person, name) })
  }
  return speakers
}

const MOST_NAMED = 10

const uncertain = (open: readonly Participant[], { person }: BindingTarget): DenidinError => {
  const named = open.slice(0, MOST_NAMED).map(({ name, messages }) => `"${name}" (${String(messages)})`)
  const more = open.length > MOST_NAMED ? ` and ${String(open.length - MOST_NAMED)} more` : ''
  const remedy =
    person === undefined
      ? 'name the bot with --me, people with --participant "name=person", and leave others out with --participant "name=skip"'
      : `name the bot's account with --me, or say who is ${nameOrPhone(person) ?? 'the person'} with --participant "name=person"`
  return new DenidinError(
    'invalid_input',
    `it is not certain who these senders are: ${named.join(', ')}${more}; ${remedy}`,
  )
}
