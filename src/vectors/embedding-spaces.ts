/** Names embedding spaces: vectors of memories and of messages never share one. */

/** What the space of messages adds to that of the memories of the same embedding model. */
const OF_MESSAGES = '/messages'

/**
 * The space of an embedding model's vectors of messages. It is apart from that of its memories, which are few: among many
 * thousand messages they would not be among the nearest, and a filter costs by the size of the whole collection.
 */
export const messageSpace = (space: string): string => space + OF_MESSAGES

/** The space of the embedding model that a space belongs to. */
export const modelSpace = (space: string): string =>
  space.endsWith(OF_MESSAGES) ? space.slice(0, -OF_MESSAGES.length) : space
