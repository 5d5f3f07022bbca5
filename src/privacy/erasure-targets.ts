/** Finds everything that contains the words of a memory or message that is to be deleted. */
import type { ChangeLog } from '../messages/change-log.ts'
import type { MessageErasure } from '../messages/message-erasure.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { MemoryRecord } from '../memory/memory.ts'
import type { MemoryLog } from '../memory/memory-log.ts'
import type { MemoryLocation, MemoryStore } from '../memory/memory-store.ts'
import type { PersonId } from '../people/person.ts'
import { botRepetitionsOf } from './bot-repetitions.ts'

/** Memories and messages to delete. */
export interface Things {
  readonly memories?: readonly MemoryRecord[]
  readonly messages?: readonly MessageRecord[]
}

export interface TargetDeps {
  readonly messages: MessageErasure
  readonly memories: MemoryStore
  /** Knows in which conversations memories and messages were given to the model. */
  readonly memoryLog: Pick<MemoryLog, 'givenIn'>
}

/**
 * Everything that contains the words of these items: the person's messages that the memories came from, answers to
 * them, the bot's repetitions of them, and everything learned from any of that.
 */
export const erasureTargetsOf = async (
  deps: TargetDeps,
  person_id: PersonId,
  wanted: Things,
): Promise<Required<Things>> => {
  const { messages } = deps
  const given = wanted.memories ?? []
  const said = (await messagesBehind(messages, wanted)).filter(each => each.person_id === person_id)
  const answers = await messages.repliesTo(said.map(each => each.message_id))
  const repetitions = await repetitionsOf(deps, given, said)
  const all = unique([...said, ...answers, ...repetitions], each => each.message_id)
  return { messages: all, memories: unique([...given, ...(await learnedFrom(deps, all))], each => each.memory_id) }
}

/** The same for messages of several people. */
export const erasureTargetsOfAll = async (
  deps: TargetDeps,
  said: readonly MessageRecord[],
): Promise<Required<Things>> => {
  const messages: MessageRecord[] = []
  const memories: MemoryRecord[] = []
  for (const [person_id, theirs] of Map.groupBy(said, each => each.person_id)) {
    const found = await erasureTargetsOf(deps, person_id, { messages: theirs })
    messages.push(...found.messages)
    memories.push(...found.memories)
  }
  return { messages, memories }
}

/** The memories that came from these messages, and the summaries of their sessions. */
export const learnedFrom = async (
  { memories }: Pick<TargetDeps, 'memories'>,
  messages: readonly Pick<MessageRecord, 'message_id' | 'scope' | 'session_id'>[],
): Promise<readonly MemoryRecord[]> => {
  const learned = await Promise.all([...byScope(messages)].map(([scope, ids]) => memories.ofSources(scope, ids)))
  return [...learned.flat(), ...(await memories.summariesOf(sessionsOf(messages)))]
}

/** The given messages, and those that the given memories came from. */
const messagesBehind = async (messages: MessageErasure, wanted: Things): Promise<readonly MessageRecord[]> => {
  const given = wanted.memories ?? []
  const sources = await messages.get(given.flatMap(memory => memory.sources))
  // A summary came from its whole session.
  const sessions = given.filter(memory => memory.sources.length === 0).flatMap(memory => memory.session_id ?? [])
  const summarised = await Promise.all(sessions.map(each => messages.inSession(each)))
  return [...(wanted.messages ?? []), ...sources, ...summarised.flat()]
}

/**
 * Messages of the bot that repeat one of these memories or messages: in their own conversations, and in those where
 * they were given to the model, such as the godfather's.
 * @param except a scope that is deleted as a whole
 */
export const repetitionsOf = async (
  { messages, memoryLog }: Omit<TargetDeps, 'memories'>,
  given: readonly MemoryRecord[],
  said: readonly MessageRecord[],
  except?: Scope,
): Promise<readonly MessageRecord[]> => {
  const textsOf = new Map<string, readonly string[]>([
    ...given.map(({ memory_id, text, quote = text }) => [memory_id, [text, quote]] as const),
    ...said.filter(saidByPerson).map(({ message_id, text }) => [message_id, [text]] as const),
  ])
  const places = new Map<Scope, Set<string>>()
  const place = (scope: Scope, id: string): void => {
    if (scope !== except) places.set(scope, (places.get(scope) ?? new Set()).add(id))
  }
  for (const { scope, memory_id } of given) place(scope, memory_id)
  for (const { scope, message_id } of said) place(scope, message_id)
  for (const { scope, id } of await memoryLog.givenIn([...textsOf.keys()])) place(scope, id)
  const found: MessageRecord[] = []
  for (const [scope, message_ids] of places) {
    const texts = [...message_ids].flatMap(id => textsOf.get(id) ?? [])
    const here = new Set(said.filter(each => each.scope === scope).map(each => each.message_id))
    found.push(...(await botRepetitionsOf(messages, { scope, texts, message_ids: here })))
  }
  return found
}

/** The memories at these places. */
export const memoriesAt = async (
  { memories }: Pick<TargetDeps, 'memories'>,
  locations: readonly MemoryLocation[],
): Promise<readonly MemoryRecord[]> => {
  const found: MemoryRecord[] = []
  for (const [scope, ids] of byScope(locations)) found.push(...(await memories.get(scope, ids)))
  return found
}

/** Makes messages be learned from again, because what was learned from them is deleted. */
export const learnAgain = async (
  {
    messages,
    processed,
    changeLog,
  }: Pick<TargetDeps, 'messages'> & {
    readonly processed: { remove(message_ids: readonly MessageId[]): Promise<void> }
    readonly changeLog: Pick<ChangeLog, 'requestRelearning'>
  },
  message_ids: readonly MessageId[],
): Promise<void> => {
  const sources = await messages.get(message_ids)
  await processed.remove(sources.map(message => message.message_id))
  await changeLog.requestRelearning(sessionsOf(sources))
}

const saidByPerson = (message: MessageRecord): boolean => message.role === 'user'

export const sessionsOf = (messages: readonly Pick<MessageRecord, 'session_id'>[]): readonly string[] => [
  ...new Set(messages.flatMap(message => message.session_id ?? [])),
]

const unique = <T>(list: readonly T[], idOf: (each: T) => string): readonly T[] => [
  ...new Map(list.map(each => [idOf(each), each])).values(),
]

/** Ids by scope. */
export const byScope = (
  records: readonly ({ readonly scope: Scope } & ({ readonly memory_id: string } | { readonly message_id: string }))[],
): ReadonlyMap<Scope, readonly string[]> =>
  new Map(
    [...Map.groupBy(records, record => record.scope)].map(([scope, theirs]) => [
      scope,
      theirs.map(record => ('memory_id' in record ? record.memory_id : record.message_id)),
    ]),
  )
