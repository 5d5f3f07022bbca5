/** Spaces messages out as a person would: typing takes time, and messages are never all sent at once. */
import type { ChatId } from '../../messages/message.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'
import { lru } from '../../platform/lru.ts'

export interface PacerSettings {
  /** Characters "typed" per second; 0: typing takes no time. */
  readonly characters_per_second: number
  /** Longest time for typing, in seconds. */
  readonly longest_pause_seconds: number
  /** Least milliseconds between two messages in the same chat. */
  readonly chat_gap_ms: number
  /** Least milliseconds between two messages in any chats. */
  readonly global_gap_ms: number
  /** Share by which each of these times is extended at random. */
  readonly jitter: number
}

/** A text to be sent. */
export interface PacedText {
  readonly chat_id: ChatId
  readonly characters: number
  /** When the work on it began, on the monotonic clock; `undefined`: no time is taken for typing. */
  readonly since: number | undefined
}

/** Decides when a message may be sent: as a person would send it, never immediately and never all at once. */
export interface Pacer {
  /** Resolves when a text may be sent. Never rejects; resolves immediately when DeniDin is stopping. */
  waitForPace(text: PacedText): Promise<void>
}

export interface PacerDeps {
  readonly settings: PacerSettings
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly stopping: AbortSignal
}

/** Chats whose last message is remembered. */
const CHATS_REMEMBERED = 10_000

/** Creates the pacer of one process. The time that the model took counts as typing. */
export const createPacer = ({ settings, clock, ids, stopping, ...deps }: PacerDeps): Pacer => {
  const logger = deps.logger.for('outbox')
  const lastSentIn = lru<ChatId, number>(CHATS_REMEMBERED)
  const gate = new KeyedQueue<'all'>()
  let lastSentAt = -Infinity

  const jittered = (milliseconds: number): number => milliseconds * (1 + settings.jitter * ids.fraction())

  /** Waits until `due`; returns the milliseconds waited. */
  const waitUntil = async (due: number): Promise<number> => {
    const wait = Math.ceil(due - clock.monotonic())
    if (wait <= 0 || stopping.aborted) return 0
    await clock.sleep(wait, stopping).catch(() => undefined)
    return wait
  }

  const typingMs = (characters: number): number => {
    if (settings.characters_per_second === 0) return 0
    const seconds = Math.min(characters / settings.characters_per_second, settings.longest_pause_seconds)
    return jittered(seconds * SECOND_MS)
  }

  return {
    waitForPace: async ({ chat_id, characters, since }) => {
      const typed = since === undefined ? -Infinity : since + typingMs(characters)
      const apart = (lastSentIn.get(chat_id) ?? -Infinity) + jittered(settings.chat_gap_ms)
      const waited = await waitUntil(Math.max(typed, apart))
      await gate.run('all', async () => {
        const queued = await waitUntil(lastSentAt + jittered(settings.global_gap_ms))
        lastSentAt = clock.monotonic()
        lastSentIn.set(chat_id, lastSentAt)
        logger.debug('A reply took its time', { characters, waited_ms: waited, queued_ms: queued })
      })
    },
  }
}
