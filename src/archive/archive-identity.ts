/** The identity of an archived message, by which further copies of it are recognised. */
import { hash } from 'node:crypto'
import { withoutFormatCharacters } from '../text/format-characters.ts'
import type { ArchiveMessage } from './archive-message.ts'
import { inNormalForm } from '../text/normal-form.ts'

/** The properties that make two messages the same, wherever they are found. */
export type Identity = Pick<
  ArchiveMessage,
  'role' | 'content' | 'session' | 'at' | 'sender_name' | 'occurrence' | 'message_id'
>

/** Texts in which only white space needs to be normalised: printable ASCII with line ends and tabs. */
const PLAIN = /^[\t\n\r -~]*$/

/**
 * The content in the form that is compared: composed Unicode, without invisible characters, each run of white space
 * replaced by one blank.
 */
export const normalisedContent = (content: string): string => {
  const composed = PLAIN.test(content) ? content : withoutFormatCharacters(inNormalForm(content, 'NFC'))
  return composed.replace(/\s+/gu, ' ').trim()
}

/**
 * SHA-256 over role, session, time, sender and normalised content. The same words at another time, in another session
 * or by another sender are a different message, and so are those that their source distinguishes (`occurrence`). A
 * message of the bot's own conversations has an id, which is its identity together with its content.
 */
export const archiveHash = (identity: Identity): Uint8Array => hash('sha256', identityText(identity), 'buffer')

const identityText = ({ role, content, session, at, sender_name, occurrence = 1, message_id }: Identity): string => {
  const words = normalisedContent(content)
  if (message_id !== undefined) return `${role}\nmessage ${message_id}\n${words}`
  const when = at === undefined ? '' : String(at)
  const again = occurrence === 1 ? '' : `\n${String(occurrence)}`
  return `${role}\n${session ?? ''}\n${when}\n${sender_name ?? ''}${again}\n${words}`
}
