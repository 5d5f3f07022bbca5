/** Step of a turn: logs the content that the reply was given, adds the reply to the session, and saves the session. */
import type { MemoryLog } from '../../memory/memory-log.ts'
import type { Clock } from '../../platform/clock.ts'
import { toWindowMessage } from '../../sessions/session.ts'
import type { Sessions } from '../../sessions/sessions.ts'
import type { PackedTurn } from '../packing/context-packer.ts'
import type { TurnContext } from '../turn-context.ts'
import type { Answer } from './complete.ts'
import type { Delivered } from './deliver.ts'
import { recallLogEntry, usedThroughQuotes } from './recall-log-entry.ts'

export interface RememberDeps {
  readonly windows: Pick<Sessions, 'append' | 'save'>
  readonly memoryLog: Pick<MemoryLog, 'accessed' | 'recalled'>
  readonly clock: Clock
  /** Whether messages may be stored. */
  readonly keep: boolean
}

/** The result of a turn. */
export interface TurnResult {
  readonly session_id: string
  readonly answer: Answer
  readonly delivered: Delivered
  readonly packed: PackedTurn
}

export const remember = async (
  { windows, memoryLog, clock, keep }: RememberDeps,
  { window_tokens }: TurnContext,
  { session_id, answer, delivered, packed }: TurnResult,
): Promise<void> => {
  const { reply, message_id } = delivered
  if (answer.from === 'model') {
    if (keep) {
      await memoryLog.recalled(recallLogEntry(reply, message_id, packed, clock.now()))
      const used = usedThroughQuotes(reply, packed, clock.now())
      if (used.length > 0) await memoryLog.accessed(used)
    }
    if (message_id !== undefined) {
      const sent_at = clock.now()
      const own = { ...reply, message_id, role: 'assistant', sender_name: undefined, sent_at } as const
      await windows.append(session_id, [toWindowMessage(own)])
    }
  }
  await windows.save(session_id, window_tokens)
}
