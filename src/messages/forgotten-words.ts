/**
 * Recognises forgotten messages that come from another source, such as an exported chat: there they have other ids,
 * times in minutes instead of seconds, and text without formatting.
 */
import type { PersonId } from '../people/person.ts'
import { withoutFormatCharacters } from '../text/format-characters.ts'
import { ownWords } from './message-details.ts'
import type { MessageRecord } from './message.ts'
import { inNormalForm } from '../text/normal-form.ts'

/** A message as another source has it. */
export interface WordsFromElsewhere {
  /** Who may have said it or, for a message of the bot, to whom; `undefined`: unknown. */
  readonly persons: readonly PersonId[] | undefined
  /** The name of its sender, if it is unknown who that is. */
  readonly name?: string | undefined
  /** Possible times of the message: several if a clock was set back. */
  readonly times: readonly number[]
  /** Whether it is a message of the bot: our time of sending and WhatsApp's may fall into different minutes. */
  readonly is_reply?: boolean
  /** The sender's own text. */
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

/** A text with this many letters and digits is rarely written twice. */
export const DISTINCT_LETTERS = 20

/**
 * Only letters and digits or, if there are none, whatever else there is: formatting, marks and blanks differ between
 * sources.
 */
export const looseWords = (text: string): string => {
  const plain = withoutFormatCharacters(inNormalForm(text, 'NFKC')).toLowerCase()
  const letters = plain.replace(/[^\p{L}\p{N}]+/gu, '')
  return letters === '' ? plain.replace(/\s+/gu, '') : letters
}

/** A name in the form in which it is compared. */
export const looseName = (name: string): string =>
  withoutFormatCharacters(inNormalForm(name, 'NFKC')).toLowerCase().replace(/\s+/gu, ' ').trim().replace(/^~\s*/u, '')

/** The text by which a message is recognised. */
export const ownLooseWords = (message: Pick<MessageRecord, 'text' | 'details'>): string => {
  const own = looseWords(ownWords(message))
  return own === '' ? looseWords(message.text) : own
}
