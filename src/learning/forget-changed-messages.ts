/** Undoes what was learned from messages that were edited or deleted since. */
import type { Logger } from '../platform/logger.ts'
import type { MemoryRecord } from '../memory/memory.ts'
import type { MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { SessionRecord } from '../sessions/session-ledger.ts'
import type { FactStorage, LearnerDeps } from './learning-context.ts'
import { digestOf } from './processed-messages.ts'

/** Removes facts of a scope from the memories and the indexes. */
export const removeFacts = async (
  { memories, memory }: FactStorage,
  scope: Scope,
  facts: readonly MemoryRecord[],
): Promise<void> => {
  if (facts.length === 0) return
  const memory_ids = facts.map(fact => fact.memory_id)
  await memories.remove(scope, memory_ids)
  await memory.deleteVectors(memory_ids)
}

/**
 * Forgets the facts from changed messages of a session, and marks the other sources of these facts as unprocessed, so
 * that a fact that was also said elsewhere is learned again from there. Safe to repeat. The caller makes sure that
 * nothing is learned in the scope meanwhile. @returns false if the session was never learned from
 */
export const forgetChangedMessages = async (
  { session_id, scope }: SessionRecord,
  { messages, ledger, facts, progress, clock }: LearnerDeps,
  logger: Logger,
): Promise<boolean> => {
  const { processedMessages, reflections } = progress
  const processed = await processedMessages.of(session_id)
  if (processed.size === 0) return false
  const current = new Map((await messages.ofSession(session_id)).map(each => [each.message_id, digestOf(each.text)]))
  const changed: readonly MessageId[] = [...processed.values()]
    .filter(({ message_id, digest }) => current.get(message_id) !== digest)
    .map(message => message.message_id)
  const outdated = (await facts.memories.ofSources(scope, changed)).filter(memory => memory.kind === 'fact')
  const other_sources = outdated.flatMap(memory => memory.sources).filter(id => !changed.includes(id))
  // First reopens the sessions, then removes the facts: after a crash in between, facts are learned again rather than
  // lost.
  for (const each of new Set([session_id, ...(await processedMessages.sessionsOf(other_sources))])) {
    await ledger.reopen(each, clock.now())
  }
  await processedMessages.remove(other_sources)
  await removeFacts(facts, scope, outdated)
  await reflections.remove(session_id)
  await processedMessages.remove(changed)
  logger.info('Forgot the facts from messages that were edited or deleted', { session_id, facts: outdated.length })
  return true
}
