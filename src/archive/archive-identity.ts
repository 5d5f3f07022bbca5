/** The one identity of an archived message, by which a second copy of it is known. */
import { hash } from 'node:crypto'
import { withoutFormatCharacters } from '../text/format-characters.ts'
import type { ArchiveMessage } from './archive-message.ts'

/** What makes a message the same wherever it is seen. */
export type Identity = Pick<
  ArchiveMessage,
  'role' | 'content' | 'session' | 'at' | 'sender_name' | 'occurrence' | 'message_id'
>

/** Texts in which nothing has to be normalised but their white space: printable ASCII with line ends and tabs. */
const PLAIN = /^[\t\n\r -~]*$/

/** The content as it is compared: composed Unicode, without invisible characters, white space as one blank each. */
export const normalisedContent = (content: string): string => {
  const composed = PLAIN.test(content) ? content : withoutFormatCharacters(content.normalize('NFC'))
  return composed.replace(/\s+/gu, ' ').trim()
}

/**
 * SHA-256 over role, session, time, sender and normalised content: the same words said again, at another time or in
 * another session, are another message; so are the same words of someone else, and those that their source tells apart
 * (`occurrence`). A message of the bot's own conversations has an id, and that is its identity beside its content.
 */
export const archiveHash = (identity: Identity): Uint8Array => hash('sha256', identityText(identity), 'buffer')

const identityText = ({ role, content, session, at, sender_name, occurrence = 1, message_id }: Identity): string => {
  const words = normalisedContent(content)
  if (message_id !== undefined) return `${role}\nmessage ${message_id}\n${words}`
  const when = at === undefined ? '' : String(at)
  const again = occurrence === 1 ? '' : `\n${String(occurrence)}`
  return `${role}\n${session ?? ''}\n${when}\n${sender_name ?? ''}${again}\n${words}`
}
