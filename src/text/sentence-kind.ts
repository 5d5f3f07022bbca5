/** Determines what a sentence does, by its form: it asks, requests, states, greets or thanks. English and Hebrew. */
import { lexiconPatterns } from './lexicons/lexicon.ts'
import { isStopWord } from './stop-words.ts'
import { tokenise } from './tokenise.ts'

/** `filler`: "ok", "yes", and other sentences that say nothing by themselves. */
export type SentenceKind = 'question' | 'command' | 'statement' | 'greeting' | 'thanks' | 'filler'

const anyOf = (list: string): string => `(?:${lexiconPatterns(list).join('|')})`

const QUESTION_MARK = /[?？؟]\s*["'”’)]*$/
const QUESTION = new RegExp(`^${anyOf('sentence-questions')}`)
const COMMAND = new RegExp(`^${anyOf('sentence-commands')}`)
/** A greeting with up to two more words: "good morning dear all". */
const GREETING = new RegExp(`^${anyOf('sentence-greetings')}(?: \\S+){0,2}$`)
const THANKS = new RegExp(`^${anyOf('sentence-thanks')}(?: |$)`)
const WORDS_OF_THANKS = 6
const FILLER = new RegExp(`^(?:${anyOf('sentence-fillers')}(?: |$))+$`)
const REMEMBER = new RegExp(`^(?:please\\s+)?${anyOf('remember-leads')}(?:\\s+that)?\\s*[:,]?\\s+`, 'i')
/** The Hebrew "that" attached to the first word after "remember". */
const HEBREW_THAT = /^ש(?=[א-ת]{2,})/

/** A sentence without a leading "remember that". */
export const withoutRemember = (sentence: string): string => {
  const lead = REMEMBER.exec(sentence)?.[0]
  if (lead === undefined) return sentence
  const rest = sentence.slice(lead.length)
  return /^\p{Script=Hebrew}/u.test(lead) && !/^שימ/.test(lead) ? rest.replace(HEBREW_THAT, '') : rest
}

/** Whether a sentence asks to remember what it says. */
export const asksToRemember = (sentence: string): boolean => withoutRemember(sentence) !== sentence

/** The kind of a sentence, judged only by its form. */
export const kindOf = (sentence: string): SentenceKind => {
  if (QUESTION_MARK.test(sentence)) return 'question'
  const statement = withoutRemember(sentence)
  const words = tokenise(statement)
  const plain = words.join(' ')
  if (plain === '' || FILLER.test(plain)) return 'filler'
  if (GREETING.test(plain)) return 'greeting'
  if (THANKS.test(plain) && words.length <= WORDS_OF_THANKS) return 'thanks'
  const isAsked = statement !== sentence
  if (!isAsked && QUESTION.test(plain)) return 'question'
  if (!isAsked && COMMAND.test(plain)) return 'command'
  return words.every(isStopWord) ? 'filler' : 'statement'
}
