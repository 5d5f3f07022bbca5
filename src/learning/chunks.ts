import { isConversation, type MessageId, type MessageRecord } from '../messages/message.ts'

/**
 * Messages of people that one request may learn from: as much as a model reads with care, and as much as a running
 * conversation says before it is learned from the first time.
 */
export const CHUNK_MESSAGES = 40
/** Together with the answer well below the 16,000 tokens that small models of one's own take. */
const CHUNK_TOKENS = 8000
/** Messages before a source that are shown with it, so that "yes, in May" can be understood. */
const OVERLAP = 6

/** What one request is made of. */
export interface Chunk {
  readonly messages: readonly MessageRecord[]
  readonly sources: readonly MessageRecord[]
}

const WORDS = /[\p{L}\p{N}]/u

/** Whether facts may come from a message: words of a person that are no command, and that they want to be learned. */
export const isSource = (message: MessageRecord): boolean =>
  message.role === 'user' && isConversation(message) && WORDS.test(message.text)

/** Cuts what is fresh of a conversation into chunks, in its order, each with a little of what came before. */
export const chunksOf = (said: readonly MessageRecord[], fresh: ReadonlySet<MessageId>): readonly Chunk[] => {
  const groups: MessageRecord[][] = []
  let room = 0
  for (const message of said.filter(each => fresh.has(each.message_id))) {
    const group = groups.at(-1)
    if (group === undefined || group.length === CHUNK_MESSAGES || room < message.tokens) {
      groups.push([message])
      room = CHUNK_TOKENS - message.tokens
    } else {
      group.push(message)
      room -= message.tokens
    }
  }
  return groups.map(sources => ({ sources, messages: around(said, sources) }))
}

const around = (said: readonly MessageRecord[], sources: readonly MessageRecord[]): readonly MessageRecord[] => {
  const chosen = new Set(sources.map(message => message.message_id))
  return said.filter(
    (message, at) =>
      isConversation(message) && said.slice(at, at + OVERLAP + 1).some(each => chosen.has(each.message_id)),
  )
}
