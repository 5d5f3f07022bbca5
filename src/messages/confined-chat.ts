/**
 * Chats of programs that speak for one person with a token of that person. A program has fewer rights than the person: in
 * such a chat only the person's own data exists, also for the godfather.
 */
import type { PersonId } from '../people/person.ts'
import type { ChatId } from './message.ts'

const PREFIX = 'api:'

/** The chat in which programs speak for a person. */
export const confinedChatOf = (person_id: PersonId): ChatId => `${PREFIX}${person_id}`

/** Whether only the person's own data exists in a chat. */
export const isConfined = (chat_id: ChatId): boolean => chat_id.startsWith(PREFIX)
