/**
 * Knows forgotten messages again where they come from elsewhere, such as an export of a chat: under another id, with
 * minutes instead of seconds, and words without their formatting.
 */
import type { PersonId } from '../people/person.ts'
import { withoutFormatCharacters } from '../text/format-characters.ts'
import { ownWords } from './message-details.ts'
import type { MessageRecord } from './message.ts'

/** A message as a source from elsewhere has it. */
export interface WordsFromElsewhere {
  /** Who may have said it, or, of the bot's words, whom they were said to; `undefined`: it is not known who. */
  readonly persons: readonly PersonId[] | undefined
  /** The name of its sender, where it is not known who that is. */
  readonly name?: string | undefined
  /** When it was said, as far as it is known: several instants where a clock was set back. */
  readonly times: readonly number[]
  /** Words of the bot: our time of sending and that of WhatsApp may be of different minutes. */
  readonly is_reply?: boolean
  /** The sender's own words. */
  readonly text: string
  /**
   * How many messages of the sender with these words at this time there are up to this one, without those that are kept
   * elsewhere; 1 by default. Of two equal ones, of which one was forgotten, the other one stays.
   */
  readonly occurrence?: number
}

export interface ForgottenWords {
  /**
   * Whether a message is to stay forgotten: everything of its person before a later moment was forgotten, or a message
   * with its words was: at the same minute, and as often as it occurs there, or at any time if these words are long enough
   * to be no one else's.
   */
  isForgotten(words: WordsFromElsewhere): boolean
}

/** Words of so many letters and digits are hardly ever said twice. */
export const DISTINCT_LETTERS = 20

/** Letters and digits alone, or what else there is: formatting, marks and blanks differ between sources. */
export const looseWords = (text: string): string => {
  const plain = withoutFormatCharacters(text.normalize('NFKC')).toLowerCase()
  const letters = plain.replace(/[^\p{L}\p{N}]+/gu, '')
  return letters === '' ? plain.replace(/\s+/gu, '') : letters
}

/** A name as it is compared. */
export const looseName = (name: string): string =>
  withoutFormatCharacters(name.normalize('NFKC')).toLowerCase().replace(/\s+/gu, ' ').trim().replace(/^~\s*/u, '')

/** The words by which a message is known again. */
export const ownLooseWords = (message: Pick<MessageRecord, 'text' | 'details'>): string => {
  const own = looseWords(ownWords(message))
  return own === '' ? looseWords(message.text) : own
}
