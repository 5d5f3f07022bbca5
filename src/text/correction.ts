/** Recognises a message that corrects what its speaker said just before, such as "no, Tuesday". English and Hebrew. */
import { lexiconPatterns } from './lexicons/lexicon.ts'
import { isStopWord } from './stop-words.ts'
import { withoutFinalForms } from './fold.ts'
import { tokenise } from './tokenise.ts'

/** A text with more words is a statement that is complete by itself. */
const MOST_WORDS = 14
/** How far into a message the words of a correction may reach, in characters. */
const MOST_CHARACTERS = 200

const LEAD = new RegExp(`^(?:${lexiconPatterns('correction-leads').map(withoutFinalForms).join('|')})(?= |$)`)

/** Whether a message begins like a correction and says something more: not just "no" or "no, thanks". */
export const isCorrection = (text: string): boolean => correctionLeadOf(text) !== undefined

const WORDS_AND_GAPS = /[\p{L}\p{N}\p{M}'’"״׳]+/gu

/** The words with which a text begins to correct what was said before; `undefined` if it is not a correction. */
export const correctionLeadOf = (text: string): string | undefined => {
  if (text.length > MOST_CHARACTERS || /[?؟]\s*$/.test(text)) return undefined
  const words = tokenise(text)
  if (words.length > MOST_WORDS) return undefined
  const plain = words.join(' ')
  const lead = LEAD.exec(plain)?.[0]
  if (lead === undefined) return undefined
  const rest = plain.slice(lead.length).split(' ')
  if (!rest.some(word => word !== '' && !isStopWord(word))) return undefined
  // The opening as written: the same number of words from the beginning of the text.
  const last = [...text.matchAll(WORDS_AND_GAPS)][lead.split(' ').length - 1]
  return last === undefined ? undefined : text.slice(0, last.index + last[0].length)
}
