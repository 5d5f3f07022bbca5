/** Tells people that their message was too long, and that only its beginning was read. */
import { MOST_MESSAGE_CHARACTERS } from '../text/message-text.ts'
import type { Strings } from '../text/strings/strings.ts'

type Words = Pick<Strings, 'beginning_read'>

/** Only the sentence. */
export const beginningNotice = ({ beginning_read }: Words): string => beginning_read(MOST_MESSAGE_CHARACTERS)

/** An answer to such a message, followed by the sentence. */
export const withBeginningNotice = (answer: string, strings: Words): string =>
  `${answer}\n\n${beginningNotice(strings)}`
