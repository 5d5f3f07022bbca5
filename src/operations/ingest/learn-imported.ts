/** Learns from messages that a load has added to a conversation. */
import type { BoundReport } from '../../ingest/binding/bound-export.ts'
import type { MessageRecord } from '../../messages/message.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import { counted, countedWith } from '../../platform/counted.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import type { Binding } from './binding.ts'

/** Newest messages that are learned from on request: some tens of model calls. */
export const MOST_LEARNED = 2000
/** Silence after which another conversation begins. */
const CONVERSATION_GAP_MS = 6 * HOUR_MS

/** What came of learning. */
export interface Lesson {
  readonly learned: number
  readonly notes: readonly string[]
  /** What stopped it. */
  readonly failure?: Error
}

export const NO_LESSON: Lesson = { learned: 0, notes: [] }

/** Learns from the newest messages of a load, except those that were learned from before. Never rejects. */
export const learnFrom = async (
  { memory, messages: { imports } }: Uses<'messages.imports' | 'memory.learning'>,
  { said, added }: Pick<BoundReport, 'said' | 'added'>,
  { scope, chat_id }: Pick<Binding, 'scope' | 'chat_id'>,
  signal: AbortSignal,
): Promise<Lesson> => {
  if (said === undefined) return NO_LESSON
  const conversation = { scope, chat_id, session_id: undefined, progress_id: `imported:${scope}` }
  let learned = 0
  try {
    const messages = await imports.messages.newest(scope, { ...said, limit: MOST_LEARNED })
    for (const talk of talksIn(messages)) {
      signal.throwIfAborted()
      learned += (await memory.learning.ofMessages(conversation, talk, { signal })).added
    }
    return { learned, notes: [`${countedWith(learned, 'fact', ['was', 'were'])} learned`] }
  } catch (thrown) {
    const { code, message, retryable } = asDenidinError(thrown)
    const remedy = 'the same command goes on where it stopped'
    const sentence = `${countedWith(added, 'message', ['was', 'were'])} added, and ${counted(learned, 'fact')} learned; learning stopped: ${message}; ${remedy}`
    const failure = signal.aborted
      ? asDenidinError(thrown)
      : new DenidinError(code, sentence, { cause: thrown, retryable })
    return { learned, notes: [`learning stopped after ${counted(learned, 'fact')}; ${remedy}`], failure }
  }
}

/** Messages between two long silences, oldest first. */
const talksIn = (messages: readonly MessageRecord[]): readonly (readonly MessageRecord[])[] => {
  const talks: MessageRecord[][] = []
  for (const message of messages) {
    const last = talks.at(-1)
    const before = last?.at(-1)
    if (last !== undefined && before !== undefined && message.sent_at - before.sent_at < CONVERSATION_GAP_MS) {
      last.push(message)
    } else talks.push([message])
  }
  return talks
}
