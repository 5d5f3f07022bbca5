import type { WireMessage } from './protocol.ts'

/** The newest `most` messages of each chat, in their order. */
export const newestOfEach = (messages: readonly WireMessage[], most: number): readonly WireMessage[] => {
  if (messages.length <= most) return [...messages]
  const told = new Map<string, number>()
  return messages
    .toReversed()
    .filter(({ chat }) => {
      const before = told.get(chat) ?? 0
      told.set(chat, before + 1)
      return before < most
    })
    .reverse()
}
