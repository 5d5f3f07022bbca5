/** Reads what a reply was given: the memories and messages of a recall, by their ids. */
import type { RecallRecord } from '../../memory/memory-log.ts'
import type { MemoryRecord } from '../../memory/memory.ts'
import type { MessageRecord } from '../../messages/message.ts'
import type { Uses } from '../context.ts'

export const memoriesOf = async (
  { memory }: Uses<'memory.store'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MemoryRecord>> => {
  const scopes = new Set((await memory.store.scopesOf(ids)).values())
  const found = await Promise.all([...scopes].map(scope => memory.store.get(scope, ids)))
  return new Map(found.flat().map(each => [each.memory_id, each]))
}

export const messagesOf = async (
  { messages }: Uses<'messages.history'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MessageRecord>> =>
  new Map((await messages.history.get(ids)).map(message => [message.message_id, message]))

export const idsOf = (items: RecallRecord['items'], kind: 'memory_id' | 'message_id'): readonly string[] =>
  items.flatMap(item => item[kind] ?? [])
