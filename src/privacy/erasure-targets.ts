import type { MessageErasure } from '../messages/message-erasure.ts'
import type { MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { MemoryRecord } from '../memory/memory.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { PersonId } from '../people/person.ts'
import { botRepetitionsOf } from './bot-repetitions.ts'

/** What is to be forgotten. */
export interface Things {
  readonly memories?: readonly MemoryRecord[]
  readonly messages?: readonly MessageRecord[]
}

/**
 * Everything that the words of some things stand in: the messages of their person that memories came from, answers to
 * these, what the bot repeated of them, and whatever was learned from any of it.
 */
export const coverageOf = async (
  { messages, memories }: { readonly messages: MessageErasure; readonly memories: MemoryStore },
  person_id: PersonId,
  wanted: Things,
): Promise<Required<Things>> => {
  const given = wanted.memories ?? []
  const sources = await messages.get(given.flatMap(memory => memory.sources))
  // A summary came from its whole session.
  const sessions = given.filter(memory => memory.sources.length === 0).flatMap(memory => memory.session_id ?? [])
  const summarised = (await Promise.all(sessions.map(each => messages.inSession(each)))).flat()
  const said = [...(wanted.messages ?? []), ...sources, ...summarised].filter(each => each.person_id === person_id)
  const answers = await messages.repliesTo(said.map(each => each.message_id))
  const texts = [
    ...given.flatMap(({ text, quote = text }) => [text, quote]),
    ...said.filter(isTheirs).map(each => each.text),
  ]
  const since = Math.min(...said.map(each => each.sent_at), ...given.map(each => each.said_from))
  const places = new Set([...said, ...given].map(each => each.scope))
  const echoes = await Promise.all([...places].map(scope => botRepetitionsOf(messages, { scope, since, texts })))
  const all = unique([...said, ...answers, ...echoes.flat()], each => each.message_id)
  const learnt = await Promise.all([...byScope(all)].map(([scope, ids]) => memories.ofSources(scope, ids)))
  const summaries = await memories.summariesOf(sessionsOf(all))
  return { messages: all, memories: unique([...given, ...learnt.flat(), ...summaries], each => each.memory_id) }
}

const isTheirs = (message: MessageRecord): boolean => message.role === 'user'

export const sessionsOf = (messages: readonly MessageRecord[]): readonly string[] => [
  ...new Set(messages.flatMap(message => message.session_id ?? [])),
]

const unique = <T>(list: readonly T[], idOf: (each: T) => string): readonly T[] => [
  ...new Map(list.map(each => [idOf(each), each])).values(),
]

/** Ids by the scope that they lie in. */
export const byScope = (
  places: readonly ({ readonly scope: Scope } & ({ readonly memory_id: string } | { readonly message_id: string }))[],
): ReadonlyMap<Scope, readonly string[]> =>
  new Map(
    [...Map.groupBy(places, place => place.scope)].map(([scope, lie]) => [
      scope,
      lie.map(place => ('memory_id' in place ? place.memory_id : place.message_id)),
    ]),
  )
