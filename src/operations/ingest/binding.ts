/** Binds an exported chat to a person or a group: who its senders are, and which of its messages become theirs. */
import { z } from 'zod'
import { importExport, openBoundFile, type BoundReport } from '../../ingest/binding/bound-export.ts'
import {
  matchParticipants,
  numberOf,
  type BindingTarget,
  type Participant,
  type Speaker,
} from '../../ingest/binding/participants.ts'
import type { NamedPerson } from '../../ingest/forgotten-filter.ts'
import type { DateOrder, ReadingOptions } from '../../ingest/source.ts'
import type { OpenExport } from '../../ingest/whatsapp/whatsapp-reader.ts'
import { looseName } from '../../messages/forgotten-words.ts'
import type { MessageRecord } from '../../messages/message.ts'
import { scopeOfPerson, type Scope } from '../../messages/scope.ts'
import type { People } from '../../people/people.ts'
import { nameOrPhone, phoneOf, type Person } from '../../people/person.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import type { Call } from '../operation.ts'
import { findPerson, personField, referenceField } from '../references.ts'
import { readingOf } from './reading.ts'

const MOST_PARTICIPANTS = 2000

export const bindingInput = {
  person: personField.optional().describe('make an exported chat part of the conversation with this person'),
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
      'who a sender is, as name=person; name=skip leaves a sender out, *=skip all who are neither known nor shown by number',
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

type TargetContext = Uses<'people.directory' | 'messages.imports'>

/** `undefined`: the export is to go into the archive. @throws DenidinError `invalid_input`, `not_found` */
export const bindingOf = async (
  { people, messages }: TargetContext,
  { person, chat }: Pick<BindingInput, 'person' | 'chat'>,
): Promise<Binding | undefined> => {
  if (person !== undefined && chat !== undefined)
    throw new DenidinError('invalid_input', 'give a person or a chat, not both')
  if (person !== undefined) {
    const hint = '; they must have written to the bot once'
    const found = await findPerson(people.directory, person, hint)
    return { person: found, scope: scopeOfPerson(found.person_id), chat_id: DIRECT_CHAT_ID }
  }
  if (chat === undefined) return undefined
  const scope: Scope = `chat:${chat}`
  if (!/@g\.us$/u.test(chat) && !(await messages.imports.messages.holds(scope))) {
    throw new DenidinError('not_found', `there is no group "${chat}": give its chat id, such as 1203630000@g.us`)
  }
  return { person: undefined, scope, chat_id: chat }
}

const PAGE = 500
/** How many people are searched for a name. */
const MOST_PEOPLE = 20_000

const everyone = async (directory: Pick<People, 'list'>): Promise<readonly Person[]> => {
  const all: Person[] = []
  for (let before: string | undefined; all.length < MOST_PEOPLE;) {
    const page = await directory.list({ limit: PAGE, ...(before === undefined ? {} : { before }) })
    all.push(...page)
    before = page.at(-1)?.person_id
    if (page.length < PAGE) break
  }
  return all
}

/**
 * People in the form in which an export may name them; the caller's mapping takes precedence over known names.
 * @throws DenidinError `invalid_input`, `not_found`
 */
export const namedPeople = async (
  directory: Pick<People, 'list' | 'lookUp'>,
  given: Pick<BindingInput, 'participant'>,
): Promise<readonly NamedPerson[]> => {
  const speakers = await givenSpeakers(directory, given)
  const said = [...speakers].map(([name, speaker]): NamedPerson => {
    if (speaker.is === 'person') return { person_id: speaker.person.person_id, names: [name] }
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

/** @throws DenidinError `invalid_input` for fields that only a load into a conversation accepts */
export const refuseUnbound = ({ me, learn = false }: Pick<BindingInput, 'me' | 'learn'>): void => {
  if (me === undefined && !learn) return
  throw new DenidinError(
    'invalid_input',
    'only a load into a conversation takes --me and --learn: give --person or --chat',
  )
}

/** The caller's mapping of the senders. @throws DenidinError `invalid_input`, `not_found` */
const givenSpeakers = async (
  directory: Pick<People, 'lookUp'>,
  { me, participant = [] }: Pick<BindingInput, 'me' | 'participant'>,
): Promise<ReadonlyMap<string, Speaker>> => {
  const given = new Map<string, Speaker>()
  if (me !== undefined) given.set(looseName(me), { is: 'bot' })
  for (const text of participant) {
    const at = text.lastIndexOf('=')
    const [name, reference] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
    if (at < 1 || name === '' || reference === '') {
      throw new DenidinError('invalid_input', `"${text}" is not a participant: write it as name=person, or name=skip`)
    }
    const speaker: Speaker =
      reference === 'skip'
        ? { is: 'skipped' }
        : reference === 'bot'
          ? { is: 'bot' }
          : { is: 'person', person: await findPerson(directory, reference) }
    given.set(looseName(name), speaker)
  }
  return given
}

type OpenContext = Uses<'people.directory' | 'system.clock'>

/** An export with its senders matched. */
export interface MatchedExport {
  readonly opened: OpenExport
  readonly reading: ReadingOptions
  readonly participants: readonly Participant[]
}

export const matchExport = async (
  { people: { directory }, system }: OpenContext,
  input: BindingInput,
  target: BindingTarget,
  signal: AbortSignal,
): Promise<MatchedExport> => {
  const reading = readingOf(input, system.clock)
  const given = await givenSpeakers(directory, input)
  const names = [...given.keys()]
  const opened = await openBoundFile({ path: input.file, reading, names }, signal)
  const senders = opened.survey.senders.names()
  const people = target.person === undefined ? await everyone(directory) : [target.person]
  return { opened, reading, participants: matchParticipants(senders, target, { people, given }) }
}

type BindContext = OpenContext & Uses<'messages.imports' | 'memory.learning' | 'instance.memory_system_enabled'>

export interface BindReport extends BoundReport {
  readonly learned: number
  readonly binding: Binding
}

/** Most messages, newest first, that are learned from on request: some tens of model calls. */
const MOST_LEARNED = 2000
/** Silence after which a new conversation begins. */
const CONVERSATION_GAP_MS = 6 * HOUR_MS

/** @throws DenidinError `disabled`; `invalid_input` if it is not certain who a sender is */
export const bindExport = async (
  context: BindContext,
  input: BindingInput,
  binding: Binding,
  { signal, progress }: Pick<Call, 'signal' | 'progress'>,
): Promise<BindReport> => {
  const { dry_run = false, learn = false } = input
  if (!context.instance.memory_system_enabled) {
    throw new DenidinError(
      'disabled',
      'the memory system is off: nothing of a conversation is kept (see feature_flags.enable_memory_system)',
    )
  }
  if (learn && !context.memory.learning.enabled) {
    throw new DenidinError('disabled', 'fact extraction is switched off: nothing was added; load without --learn')
  }
  const { opened, reading, participants } = await matchExport(context, input, binding, signal)
  const speakers = await speakersOf(dry_run ? nobodyNew : context.messages.imports.people, participants, binding)
  const { scope, chat_id, person } = binding
  const chat_kind = person === undefined ? 'group' : 'direct'
  const target = { scope, chat_id, chat_kind, speakers, person, dry_run, keep: learn ? MOST_LEARNED : 0 } as const
  const report = await importExport(opened, target, context.messages.imports, {
    zone: reading.zone,
    signal,
    progress: done => {
      progress({ done, total: opened.survey.messages, unit: 'messages' })
    },
  })
  const learned = learn && !dry_run ? await learnFrom(context, report.kept, binding, signal) : 0
  return { ...report, learned, binding }
}

/** For a dry run: an unknown number counts as a separate person. */
const nobodyNew: Pick<People, 'resolve'> = {
  resolve: async ({ identities }) => ({
    person_id: `new:${phoneOf(identities) ?? ''}`,
    name: undefined,
    identities,
    role: 'client',
    created_at: 0,
  }),
}

/**
 * A sender with a number is the person of that number, known or new. No person is created for a name alone, nor before
 * all senders are certain.
 * @throws DenidinError `invalid_input`
 */
const speakersOf = async (
  directory: Pick<People, 'resolve'>,
  participants: readonly Participant[],
  binding: BindingTarget,
): Promise<ReadonlyMap<string, Speaker>> => {
  const open = participants.filter(each => each.speaker === undefined && numberOf(each, binding) === undefined)
  if (open.length > 0) throw uncertain(open, binding)
  const speakers = new Map<string, Speaker>()
  for (const participant of participants) {
    const value = numberOf(participant, binding)
    if (participant.speaker !== undefined) speakers.set(participant.name, participant.speaker)
    else if (value !== undefined) {
      const known = await directory.resolve({ identities: [{ kind: 'phone', value }] })
      speakers.set(participant.name, { is: 'person', person: known })
    }
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

/** @returns how many facts are new */
const learnFrom = async (
  { memory: { learning } }: Uses<'memory.learning'>,
  messages: readonly MessageRecord[],
  { scope, chat_id }: Binding,
  signal: AbortSignal,
): Promise<number> => {
  let learned = 0
  let from = 0
  for (const [index, { sent_at }] of messages.entries()) {
    const next = messages[index + 1]
    if (next !== undefined && next.sent_at - sent_at < CONVERSATION_GAP_MS) continue
    signal.throwIfAborted()
    const report = await learning.ofMessages(
      { scope, chat_id, session_id: undefined },
      messages.slice(from, index + 1),
      { signal },
    )
    learned += report.added
    from = index + 1
  }
  return learned
}
