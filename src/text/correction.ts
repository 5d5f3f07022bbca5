/** Recognises a message that corrects what its speaker said just before, such as "no, Tuesday". English and Hebrew. */
import { lexiconPatterns } from './lexicons/lexicon.ts'
import { isStopWord } from './stop-words.ts'
import { withoutFinalForms } from './fold.ts'
import { tokenise } from './tokenise.ts'

/** More words than these are a statement that stands for itself. */
const MOST_WORDS = 14
/** Characters of a message in which these words stand at most. */
const MOST_CHARACTERS = 200

const LEAD = new RegExp(`^(?:${lexiconPatterns('correction-leads').map(withoutFinalForms).join('|')})(?= |$)`)

/** Whether a message begins as a correction does, and says something more: not "no" or "no, thanks" alone. */
export const isCorrection = (text: string): boolean => {
  if (text.length > MOST_CHARACTERS || /[?؟]\s*$/.test(text)) return false
  const words = tokenise(text)
  if (words.length > MOST_WORDS) return false
  const plain = words.join(' ')
  const lead = LEAD.exec(plain)?.[0]
  if (lead === undefined) return false
  return plain
    .slice(lead.length)
    .split(' ')
    .some(word => word !== '' && !isStopWord(word))
}
