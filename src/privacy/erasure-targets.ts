/** Finds everything that contains the words of a memory or message that is to be deleted. */
import type { MessageErasure } from '../messages/message-erasure.ts'
import type { MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { MemoryRecord } from '../memory/memory.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { PersonId } from '../people/person.ts'
import { botRepetitionsOf } from './bot-repetitions.ts'

/** Memories and messages to delete. */
export interface Things {
  readonly memories?: readonly MemoryRecord[]
  readonly messages?: readonly MessageRecord[]
}

interface TargetDeps {
  readonly messages: MessageErasure
  readonly memories: MemoryStore
}

/**
 * Everything that contains the words of the wanted things: the person's messages that the memories came from, answers to
 * them, what the bot repeated of them, and whatever was learned from any of that.
 */
export const erasureTargetsOf = async (
  { messages, memories }: TargetDeps,
  person_id: PersonId,
  wanted: Things,
): Promise<Required<Things>> => {
  const given = wanted.memories ?? []
  const said = (await messagesBehind(messages, wanted)).filter(each => each.person_id === person_id)
  const answers = await messages.repliesTo(said.map(each => each.message_id))
  const repetitions = await repetitionsOf(messages, given, said)
  const all = unique([...said, ...answers, ...repetitions], each => each.message_id)
  const learned = await Promise.all([...byScope(all)].map(([scope, ids]) => memories.ofSources(scope, ids)))
  const summaries = await memories.summariesOf(sessionsOf(all))
  return { messages: all, memories: unique([...given, ...learned.flat(), ...summaries], each => each.memory_id) }
}

/** The wanted messages, and those that the wanted memories came from. */
const messagesBehind = async (messages: MessageErasure, wanted: Things): Promise<readonly MessageRecord[]> => {
  const given = wanted.memories ?? []
  const sources = await messages.get(given.flatMap(memory => memory.sources))
  // A summary came from its whole session.
  const sessions = given.filter(memory => memory.sources.length === 0).flatMap(memory => memory.session_id ?? [])
  const summarised = await Promise.all(sessions.map(each => messages.inSession(each)))
  return [...(wanted.messages ?? []), ...sources, ...summarised.flat()]
}

/** What the bot said since that repeats one of these memories or messages. */
const repetitionsOf = async (
  messages: MessageErasure,
  given: readonly MemoryRecord[],
  said: readonly MessageRecord[],
): Promise<readonly MessageRecord[]> => {
  const texts = [
    ...given.flatMap(({ text, quote = text }) => [text, quote]),
    ...said.filter(saidByPerson).map(each => each.text),
  ]
  const since = Math.min(...said.map(each => each.sent_at), ...given.map(each => each.said_from))
  const scopes = new Set([...said, ...given].map(each => each.scope))
  const found = await Promise.all([...scopes].map(scope => botRepetitionsOf(messages, { scope, since, texts })))
  return found.flat()
}

const saidByPerson = (message: MessageRecord): boolean => message.role === 'user'

export const sessionsOf = (messages: readonly MessageRecord[]): readonly string[] => [
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
