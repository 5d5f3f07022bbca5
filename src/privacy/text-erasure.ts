/** Deletes messages and memories by id, from their stores and from every index over them. */
import type { MessageId } from '../messages/message.ts'
import type { ChangeLog } from '../messages/change-log.ts'
import type { MessageErasure, MessageIndex } from '../messages/message-erasure.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { MemoryLog } from '../memory/memory-log.ts'
import type { MemoryStore, MemoryLocation } from '../memory/memory-store.ts'
import { byScope } from './erasure-targets.ts'
import type { Failures } from './failures.ts'

/** `later`: the index is not available now, and catches up once it is. */
export type IndexState = 'done' | 'later'

export interface TextErasureDeps {
  readonly messages: MessageErasure
  readonly memoryLog: Pick<MemoryLog, 'givenIn'>
  /** The reflections on sessions. */
  readonly reflections: { remove(session_id: string): Promise<void> }
  readonly changeLog: Pick<ChangeLog, 'requestRelearning'>
  /** Records which messages were learned from; a message removed from it is learned from again. */
  readonly processed: { remove(message_ids: readonly MessageId[]): Promise<void> }
  readonly memories: MemoryStore
  readonly longterm: Pick<LongTermMemory, 'deleteVectors'>
  /** Indexes over messages; all their data comes from the messages. */
  readonly indexes: readonly MessageIndex[]
  /** Overwrites the remains of deleted rows in the database's files, and removes damaged copies of them. */
  readonly scrub: () => Promise<void>
  /** Rewrites index files that still contain deleted data. @returns whether none is left that does */
  readonly purge: () => Promise<boolean>
}

export class TextErasure {
  readonly #deps: TextErasureDeps

  constructor(deps: TextErasureDeps) {
    this.#deps = deps
  }

  /** @param failures gets those of indexes, which hold up neither each other nor what follows */
  async eraseMessages(message_ids: readonly MessageId[], failures: Failures): Promise<void> {
    const { messages, indexes } = this.#deps
    await messages.eraseMessages(message_ids)
    for (const index of indexes) await failures.attempt(() => index.forget(message_ids))
  }

  async eraseMemories(locations: readonly MemoryLocation[]): Promise<IndexState> {
    const { memories, longterm } = this.#deps
    for (const [scope, ids] of byScope(locations)) await memories.remove(scope, ids)
    const { index } = await longterm.deleteVectors(locations.map(each => each.memory_id))
    return index === undefined ? 'later' : 'done'
  }

  /** Removes the reflections on sessions that lost messages: they are rewritten from the remaining ones. */
  async eraseReflections(session_ids: readonly string[]): Promise<void> {
    for (const session_id of session_ids) await this.#deps.reflections.remove(session_id)
  }

  /** Overwrites the remains of deleted data in files. */
  async scrub(): Promise<IndexState> {
    const purged = await this.#deps.purge()
    await this.#deps.scrub()
    return purged ? 'done' : 'later'
  }

  /** How many of these messages and memories still exist. */
  async residue(message_ids: readonly MessageId[], memory_ids: readonly string[]): Promise<number> {
    const { messages, memories } = this.#deps
    const memoriesLeft = await memories.scopesOf(memory_ids)
    return (await messages.get(message_ids)).length + memoriesLeft.size
  }
}
