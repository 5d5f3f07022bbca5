/** Finds what the bot said that repeats a deleted text. */
import type { MessageErasure } from '../messages/message-erasure.ts'
import type { MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import { subjectsOf } from '../text/content-stems.ts'

/**
 * Messages of the bot that contain every meaningful word of one of the texts, in any inflection. Deletes a little too
 * much rather than too little: these are the bot's own words.
 */
export const botRepetitionsOf = async (
  messages: Pick<MessageErasure, 'saidByBot'>,
  { scope, since, texts }: { readonly scope: Scope; readonly since: number; readonly texts: readonly string[] },
): Promise<readonly MessageRecord[]> => {
  const wanted = texts.map(subjectsOf).filter(words => words.size > 0)
  if (wanted.length === 0 || !Number.isFinite(since)) return []
  const repetitions: MessageRecord[] = []
  for await (const batch of messages.saidByBot(scope, since)) {
    for (const message of batch) {
      const stems = subjectsOf(message.text)
      if (wanted.some(words => [...words].every(word => stems.has(word)))) repetitions.push(message)
    }
  }
  return repetitions
}
