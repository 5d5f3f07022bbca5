/** Names embedding spaces: vectors of memories and of messages never share one. */

/** The suffix that turns the memories' space of an embedding model into that of its messages. */
const OF_MESSAGES = '/messages'

/**
 * The space of an embedding model's message vectors. It is separate from that of its memories, which are few: among
 * many thousands of messages they would not be among the nearest, and the cost of a filter grows with the whole
 * collection.
 */
export const messageSpace = (space: string): string => space + OF_MESSAGES

/** The space of the embedding model that a space belongs to. */
export const modelSpace = (space: string): string =>
  space.endsWith(OF_MESSAGES) ? space.slice(0, -OF_MESSAGES.length) : space
