/** Determines what an erasure of everything about a person leaves: the data that came after the request. */
import type { Erasures } from '../messages/erasures.ts'
import type { MessageErasure } from '../messages/message-erasure.ts'
import type { MessageId } from '../messages/message.ts'
import type { MemoryRecord } from '../memory/memory.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { ErasureBounds } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import { sessionsOf } from './erasure-targets.ts'

export interface BoundsDeps {
  readonly erasures: Pick<Erasures, 'sparedBy' | 'covers' | 'erased'>
  readonly messages: Pick<MessageErasure, 'get' | 'repliesTo'>
  readonly memories: MemoryStore
}

/**
 * The messages that came after an act, their answers and their sessions, and the memories that were learned only from
 * those. A memory that also came from forgotten data does not stay.
 */
export const boundsOf = async (deps: BoundsDeps, act: string, persons: readonly PersonId[]): Promise<ErasureBounds> => {
  for (;;) {
    const spared = await deps.erasures.sparedBy(act)
    const bounds = spared.length === 0 ? {} : await boundsAround(deps, act, persons, spared)
    // What came meanwhile stays too.
    if ((await deps.erasures.sparedBy(act)).length === spared.length) return bounds
  }
}

const boundsAround = async (
  { erasures, messages, memories }: BoundsDeps,
  act: string,
  persons: readonly PersonId[],
  spared: readonly MessageId[],
): Promise<ErasureBounds> => {
  const answers = await messages.repliesTo(spared)
  // In order of arrival: the full-text index rereads the messages that stay, and groups neighbouring messages.
  const kept = await messages.get([...spared, ...answers.map(each => each.message_id)])
  const asked = new Set(spared)
  const said = kept.filter(each => asked.has(each.message_id))
  const locations = (await Promise.all(persons.map(person_id => memories.locationsOfPerson(person_id)))).flat()
  // Not found by the messages: a command that asked to remember something is not stored.
  const scopes = [...new Set(locations.map(each => each.scope))]
  const facts = await Promise.all(scopes.map(scope => memories.ofSources(scope, spared)))
  const learned = [...facts.flat(), ...(await memories.summariesOf(sessionsOf(said)))]
  const staying = await withoutForgotten(erasures, act, learned)
  return {
    spared: [...new Set([...kept.map(each => each.message_id), ...spared])],
    memories: [...new Set(staying.map(each => each.memory_id))],
    sessions: sessionsOf(said),
  }
}

/** A summary has no sources: it came from its whole session. */
const withoutForgotten = async (
  erasures: BoundsDeps['erasures'],
  act: string,
  learned: readonly MemoryRecord[],
): Promise<readonly MemoryRecord[]> => {
  const forgotten = await erasures.erased(learned.flatMap(memory => memory.sources))
  const facts = learned.filter(({ sources }) => sources.length > 0 && !sources.some(id => forgotten.has(id)))
  const summaries = learned.filter(({ sources }) => sources.length === 0)
  if (summaries.length === 0) return facts
  const cut = new Set((await erasures.covers(act)).session_ids)
  return [...facts, ...summaries.filter(({ session_id }) => session_id !== undefined && !cut.has(session_id))]
}
