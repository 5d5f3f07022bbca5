/** The one identity of an archived message, by which a second copy of it is known. */
import { createHash } from 'node:crypto'
import { withoutFormatCharacters } from '../text/format-characters.ts'
import type { SourceMessage } from './archive-message.ts'

/** What makes a message the same wherever it is seen. */
export type Identity = Pick<SourceMessage, 'role' | 'content' | 'session' | 'at'>

/** The content as it is compared: composed Unicode, without invisible characters, white space as one blank each. */
export const normalisedContent = (content: string): string =>
  withoutFormatCharacters(content.normalize('NFC')).replace(/\s+/gu, ' ').trim()

/**
 * SHA-256 over role, session, time and normalised content, in hexadecimal: the same words said again, at another time or
 * in another session, are another message.
 */
export const archiveHash = ({ role, content, session, at }: Identity): string =>
  createHash('sha256')
    .update(`${role}\n${session ?? ''}\n${at === undefined ? '' : String(at)}\n${normalisedContent(content)}`)
    .digest('hex')
