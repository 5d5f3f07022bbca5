/** Selects the messages that facts may come from, and cuts them into chunks that fit into one request. */
import { isForwarded, isUnseen, ownWords } from '../messages/message-details.ts'
import { isConversation, type MessageId, type MessageRecord } from '../messages/message.ts'

/**
 * Source messages per request: as many as a model reads carefully. A running conversation is learned from each time it
 * has this many new ones.
 */
export const CHUNK_MESSAGES = 40
/** Most tokens per chunk; a model is asked about as much at a time as it has room for. */
const CHUNK_TOKENS = 8000
/** Messages before a source that are shown as context, so that "yes, in May" can be understood. */
const OVERLAP = 6

/** The messages of one request. */
export interface Chunk {
  /** Sources and context, in order. */
  readonly messages: readonly MessageRecord[]
  readonly sources: readonly MessageRecord[]
}

const WORDS = /[\p{L}\p{N}]/u

/**
 * Whether facts may come from a message: it is part of a conversation, contains a person's words, and the person allows
 * learning. A forwarded message contains someone else's words.
 */
export const isSource = (message: MessageRecord): boolean =>
  message.role === 'user' && isConversation(message) && !isForwarded(message) && WORDS.test(toldBy(message))

/** The content of a message. An attachment that cannot be read says nothing about its sender. */
const toldBy = (message: MessageRecord): string => {
  const attachment = message.details?.attachment
  return attachment !== undefined && isUnseen(attachment) ? ownWords(message) : message.text
}

/** Cuts the unprocessed messages of a conversation into chunks, in order, each with some context before it. */
export const chunksOf = (messages: readonly MessageRecord[], unprocessed: ReadonlySet<MessageId>): readonly Chunk[] => {
  const groups: MessageRecord[][] = []
  let tokens_left = 0
  for (const message of messages.filter(each => unprocessed.has(each.message_id))) {
    const group = groups.at(-1)
    if (group === undefined || group.length === CHUNK_MESSAGES || tokens_left < message.tokens) {
      groups.push([message])
      tokens_left = CHUNK_TOKENS - message.tokens
    } else {
      group.push(message)
      tokens_left -= message.tokens
    }
  }
  return groups.map(sources => ({ sources, messages: withContext(messages, sources) }))
}

const withContext = (
  messages: readonly MessageRecord[],
  sources: readonly MessageRecord[],
): readonly MessageRecord[] => {
  const chosen = new Set(sources.map(message => message.message_id))
  return messages.filter(
    (message, at) =>
      isConversation(message) && messages.slice(at, at + OVERLAP + 1).some(each => chosen.has(each.message_id)),
  )
}
