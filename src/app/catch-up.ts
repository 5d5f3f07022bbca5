/** Embeds and indexes waiting items when a single command runs: while the bot is down, nothing else would. */
import type { ClientOptions } from '../operations/client.ts'
import { SECOND_MS, type Clock } from '../platform/clock.ts'
import { countedWith } from '../platform/counted.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { MessageIndex } from '../retrieval/full-text/message-index.ts'
import type { MessageVectors } from '../vectors/message-vectors.ts'

/** Operations that store memories. */
export const STORING: ReadonlySet<string> = new Set([
  'session.sweep',
  'session.reset',
  'memory.remember',
  'memory.extract',
])

/**
 * Operations that search by embedding. The index server is started first, because its start may take longer than a
 * search may wait.
 */
const SEARCHING: ReadonlySet<string> = new Set(['memory.search', 'memory.about'])

export const searches = (operation: string, input: unknown): boolean =>
  SEARCHING.has(operation) && typeof input === 'object' && input !== null && 'query' in input

const LOOK_INTERVAL_MS = SECOND_MS

export interface CatchUpDeps {
  readonly memory: LongTermMemory
  readonly messageVectors: MessageVectors
  readonly messageIndex: Pick<MessageIndex, 'requestSync' | 'whenIdle'>
  readonly clock: Clock
}

/**
 * Embeds and indexes waiting items, with progress; resolves when nothing more can be done for now, or when it is
 * cancelled.
 */
export type CatchUp = (
  options: Pick<ClientOptions, 'signal' | 'progress' | 'notice'>,
  /** Starts the index server even if nothing waits. */
  startServer: boolean,
) => Promise<void>

export const createCatchUp = ({ memory, messageVectors, messageIndex, clock }: CatchUpDeps): CatchUp => {
  /** Memories and messages that are not searchable yet. */
  const counts = async (): Promise<{ readonly memories: number; readonly messages: number }> => {
    const { pending_embedding, pending_index } = await memory.stats()
    return { memories: Math.max(pending_embedding, pending_index), messages: await messageVectors.pending() }
  }

  const work = async (startServer: boolean): Promise<void> => {
    messageIndex.requestSync()
    await messageIndex.whenIdle()
    const { memories, messages } = await counts()
    // A server without work is not started.
    if (!startServer && memories + messages === 0) return
    await memory.start()
    messageVectors.start()
    await memory.whenIdle()
    await messageVectors.whenIdle()
  }

  return async ({ signal, progress, notice }, startServer) => {
    const first = await counts()
    const total = first.memories + first.messages
    const done = new AbortController()
    const end = (): void => {
      done.abort()
    }
    signal?.addEventListener('abort', end, { once: true })
    const working = work(startServer)
      .catch((error: unknown) => notice?.(`What was stored is not yet searchable: ${asDenidinError(error).message}`))
      .finally(end)
    while (!done.signal.aborted) {
      await clock.sleep(LOOK_INTERVAL_MS, done.signal).catch(() => undefined)
      const { memories, messages } = await counts()
      progress?.({ done: Math.max(0, total - memories - messages), total, unit: 'memories and messages indexed' })
    }
    if (signal?.aborted === true) return
    await working
    const { memories } = await counts()
    if (memories > 0) notice?.(`${waiting(memories)}: ${(await memory.stats()).index.detail}`)
    const messages = await messageVectors.health()
    if (messages.state === 'degraded') notice?.(messages.detail)
  }
}

const waiting = (memories: number): string =>
  `${countedWith(memories, 'memory', ['is', 'are'], 'memories')} stored but not yet searchable`
