/** Recognises a message that corrects what its speaker said just before, such as "no, Tuesday". English and Hebrew. */
import { lexiconPatterns } from './lexicons/lexicon.ts'
import { isStopWord } from './stop-words.ts'
import { withoutFinalForms } from './fold.ts'
import { tokenise } from './tokenise.ts'
import { beginsWithValue, containsValue, haveSameKind, isOneValue } from './value-kinds.ts'

/** A text with more words is a statement that is complete by itself. */
const MOST_WORDS = 14
/** How far into a message the words of a correction may reach, in characters. */
const MOST_CHARACTERS = 200
/** Most words of a value without an opening: “Tuesday, sorry”, “Tuesday*”. */
const MOST_BARE_WORDS = 4

const anyOf = (list: string): string => lexiconPatterns(list).map(withoutFinalForms).join('|')

const INTERJECTIONS = `(?:(?:${anyOf('interjections')}) )*`
/** One opening or several: “sorry, wait”. */
const LEADS = `${INTERJECTIONS}(?:${anyOf('correction-leads')})(?= |$)`
const LEAD = new RegExp(`^${LEADS}(?: ${LEADS})*`, 'u')
const TAIL = new RegExp(`(?<= )(?:${anyOf('correction-tails')})$`, 'u')
const EXCEPTION = new RegExp(`^${INTERJECTIONS}(?:${anyOf('correction-exceptions')})`, 'u')
const NEGATION = new RegExp(`(?:^| )(?:no|${withoutFinalForms('לא')})$`, 'u')
/** Openings that other sentences have too: “pardon the mess”, “hold on to it”. */
const OTHERWISE_MEANT = /(?:^| )(?:pardon(?: me)?|excuse me|apologies|(?:hang|hold) on)$/u
/** “טעיתי בחיים”: without a comma, a Hebrew preposition says what the mistake was about. */
const MISTAKE = /(?:^| )(?:טעיתי|טעות|התבלבלתי|בלבלתי)$/u
const WHAT_ABOUT = /^(?:(?:של|את|על) |[בלמכ](?=\p{L}))/u

/** The words that follow a bare “no” only if it is an answer, not “no milk”. */
const ANSWERED =
  /^(?:its?|it['’]s|that['’]?s|he|she|they|his|her|their|my|our|on|at|in|to|the|i (?:think|guess|believe|suppose)(?: that)? (?:it|its|it['’]s))(?!\p{L})/iu
const WORDS_AND_GAPS = /[\p{L}\p{N}\p{M}'’"״׳]+/gu
const PUNCTUATION = /^\s*[,.:;!…–—\n-]/u

/** “Tuesday*” and “*Tuesday”: not bold text, and not an item of a list. */
const STARRED = /^(?:\*(?<before>[^\s*][^*\n]*)|(?<after>[^*\n]+?)\s?\*)$/u

/** “Erm, 1991”: who hesitates before a bare value corrects the one that they gave. */
const HESITATION = '(?:e+h*r*m+|eh+|u+h*m+|u+h+|e+r+|h+m+|א+ה+|א+[מם]{2,}|ה+[מם]{2,})[\\s,.…–—-]+'
const HESITATED = new RegExp(`^(?:${HESITATION})+(?<value>.+)$`, 'iu')
const ONLY_HESITATION = new RegExp(`^(?:${HESITATION})+$`, 'iu')

const BARE = '[^,.;:!?\\n]{1,60}?'
const SAID =
  "(?:i (?:said|wrote|told you|typed|thought(?: (?:it was|it is|it['’]s))?)|אמרתי|כתבתי|חשבתי(?: ש(?:זה|הוא|היא))?)"
const MEANT =
  "(?:it['’]?s|it is|it was|it should be|i meant?|the right one is|זה|הוא|היא|התכוונתי(?: ל)?-?|ה?כוונה(?: הייתה)?(?: ל)?-?)"
/** After an opening, “about Haifa: it is Hadera”. */
const ABOUT = new RegExp(`^(?:about|לגבי|בקשר ל-?|בעניין) ?(?<old>${BARE})[:,] ?(?:${MEANT} )?(?<value>${BARE})$`, 'iu')
/** “4471, not 4417”, “not 4417 but 4471”, “I said 4417 but it is 4471”. */
const CONTRASTS = [
  new RegExp(
    `^${SAID} (?<old>${BARE}),? (?:but |and |אבל |ו)?${MEANT} ?(?:actually |rather )?(?<value>${BARE})$`,
    'iu',
  ),
  new RegExp(
    `^(?:not|לא) (?<old>${BARE})(?:,? (?:but|rather|אלא|כי אם)|,? (?:it['’]?s|זה)|[,.;!…]+| [–—-]+) ?(?<value>${BARE})$`,
    'iu',
  ),
  new RegExp(
    `^(?:when i (?:said|wrote)|by|כש(?:אמרתי|כתבתי)) (?<old>${BARE}),? (?:i meant|התכוונתי ל-?) ?(?<value>${BARE})$`,
    'iu',
  ),
  new RegExp(
    `^(?<value>${BARE}), (?<old>${BARE}) (?:is|was|זה|הוא|היא) (?:(?:my|our|the|שלי) )?(?:old|previous|former|ה?(?:ישן|ישנה|קודם|קודמת))(?: one| שלי)?$`,
    'iu',
  ),
  new RegExp(`^(?<value>${BARE}),? (?:and |ו)?(?:not|instead of|rather than|לא|במקום) (?<old>${BARE})$`, 'iu'),
]

/** “They moved it to Tuesday”, “it was moved to 5 pm”: what was changed is the value of the statement before it. */
const CHANGED =
  /^(?:(?:i|we|they|he|she)(?:['’](?:ve|d))?(?: (?:just|have|had))? (?:moved|changed|pushed|switched|shifted|postponed|rescheduled) (?:it|that)(?: (?:back|forward|up|again))?(?= to )|(?:it|that)(?:['’]s| is| was| has| got)?(?: now| just)?(?: been)? (?:moved|changed|pushed|switched|shifted|postponed|rescheduled)(?: (?:back|forward|up|again))?(?= to )|(?:(?:זה|הוא|היא) )?(?:עבר|עברה|הוזז|הוזזה|הועבר|הועברה|נדחה|נדחתה|הוקדם|הוקדמה|שונה|שונתה)(?= ל)|(?:שיניתי|הזזתי|העברתי|דחיתי|הקדמתי|שינינו|הזזנו|העברנו|דחינו|שינו|הזיזו|העבירו|דחו|הקדימו)(?: (?:את זה|אותו|אותה))?(?= ל)) /iu

/** “Dani with an i”, “Jon, no h”, “דני עם יוד”: how a name is spelled. */
const SPELLED =
  /^(?<name>[^\s,]{1,30})(?:,? (?:with|without|no|spelled with)(?: an?| the)?(?: letter| double)? \p{Script=Latin}| (?:עם|בלי)(?: האות)? (?:\p{Script=Hebrew}['׳]?|אלף|בית|גימל|דלת|הא|וו|זין|חית|טית|יוד|כף|למד|מם|נון|סמך|עין|פא|צדי|קוף|ריש|שין|תו))$/iu

/** One of these words is in every contrast. */
const CONTRAST_WORD =
  /not|instead|rather|said|wrote|told|typed|thought|meant|about|old|previous|former|לגבי|בקשר|בעניינ|ישנ|קודמ|כשאמרתי|כשכתבתי|לא|במקומ|אלא|אמרתי|כתבתי|חשבתי/

/** A correction without the words that mark it as one. */
export interface CorrectionParts {
  /** What remains of the text. */
  readonly rest: string
  /** `lead`: an opening such as “no, ”. `weak`: only its end or an asterisk, or a contrast, marks it. */
  readonly mark: 'lead' | 'weak'
  /** The value that is corrected and the one that was meant, if the text names both. */
  readonly contrast: { readonly old: string; readonly value: string } | undefined
}

/** Whether a message may correct the one before it: not just "no" or "no, thanks". */
export const isCorrection = (text: string): boolean => readCorrection(text) !== undefined

/** Whether a text is a value after a hesitation: the answer to a question, or a correction. */
export const isHesitant = (text: string): boolean => HESITATED.test(text)

/** Reads a text as a correction of an earlier statement; `undefined` if it is none. */
export const readCorrection = (text: string): CorrectionParts | undefined => {
  if (text.length > MOST_CHARACTERS || /[?؟]\s*$/.test(text)) return undefined
  const words = tokenise(text)
  if (words.length === 0 || words.length > MOST_WORDS) return undefined
  const parts = partsOf(text, words.join(' '))
  if (parts === undefined || EXCEPTION.test(words.join(' '))) return undefined
  return tokenise(parts.rest).every(isStopWord) ? undefined : parts
}

const partsOf = (text: string, plain: string): CorrectionParts | undefined => {
  const end = text.trim().replace(/[.!…]+$/, '')
  const lead = leadOf(text, plain)
  const rest = lead ?? end
  const contrast = CONTRAST_WORD.test(plain)
    ? contrastIn((beforeTail(rest, tokenise(rest).join(' ')) ?? rest).replace(/[.!…]+$/, ''), lead !== undefined)
    : undefined
  if (lead !== undefined) return { rest, mark: 'lead', contrast }
  if (contrast !== undefined) return { rest, mark: 'weak', contrast }
  const changed = end.replace(CHANGED, '')
  if (changed !== end && containsValue(changed)) return { rest: changed, mark: 'weak', contrast: undefined }
  const bare = SPELLED.exec(end)?.groups?.['name'] ?? bareValueOf(end, plain)
  return bare === undefined ? undefined : { rest: bare, mark: 'weak', contrast: undefined }
}

/** Whether a text announces a correction that only its next sentence contains: “Sorry, wrong day.” */
export const announcesCorrection = (sentence: string): boolean => {
  const words = tokenise(sentence)
  if (words.length > MOST_WORDS) return false
  const plain = words.join(' ')
  return LEAD.exec(plain)?.[0].length === plain.length && !NEGATION.test(plain)
}

/** Whether a sentence is a hesitation and nothing else: “Hmm…” */
export const isHesitation = (sentence: string): boolean => ONLY_HESITATION.test(sentence)

const DENIED = /^(?:(?:no|לא), )?(?:not|לא) (?<old>[^,.;:!?\n]{1,40}?)[.;!…]*$/iu

/** Whether a sentence only says which value is wrong: “Not Madrid.” */
export const isDenial = (sentence: string): boolean => DENIED.test(sentence)

/** Whether two sentences are one correction: “Not Madrid. Malaga.” */
export const isContrast = (denied: string, then: string): boolean => {
  const old = DENIED.exec(denied)?.groups?.['old']
  const value = then.replace(/[.!…]+$/u, '')
  if (old === undefined || [old, value].some(each => tokenise(each).length > MOST_BARE_WORDS)) return false
  if (isOneValue(old) || isOneValue(value)) return haveSameKind(old, value)
  // Names; Hebrew has no capitals.
  return [old, value].every(each => /^\p{Lu}/u.test(each) || /^\p{Script=Hebrew}+$/u.test(each))
}

/** What follows the opening of a correction, as written; `undefined` without such an opening. */
const leadOf = (text: string, plain: string): string | undefined => {
  const lead = LEAD.exec(plain)?.[0]
  if (lead === undefined) return undefined
  // The opening as written: the same number of words from the beginning of the text.
  const last = [...text.matchAll(WORDS_AND_GAPS)][lead.split(' ').length - 1]
  if (last === undefined) return undefined
  const after = text.slice(last.index + last[0].length)
  const rest = after.replace(/^[\s,:.!;…–—-]+/u, '').trim()
  if (PUNCTUATION.test(after)) return rest
  if (NEGATION.test(lead)) return isAnswer(rest) ? rest : undefined
  if (OTHERWISE_MEANT.test(lead)) return isValue(rest) ? rest : undefined
  return MISTAKE.test(lead) && WHAT_ABOUT.test(rest) && !ABOUT.test(rest) && !beginsWithValue(rest) ? undefined : rest
}

/** “no Haifa” and “no 4471”, but not “no milk”. */
const isAnswer = (rest: string): boolean => isValue(rest) || (!/^\p{Script=Hebrew}/u.test(rest) && ANSWERED.test(rest))

/** A name, a figure or a day. */
const isValue = (rest: string): boolean =>
  /^(?:\p{Lu}|\d)/u.test(rest) || (!/^\p{Script=Hebrew}/u.test(rest) && beginsWithValue(rest))

const contrastIn = (rest: string, is_led: boolean): CorrectionParts['contrast'] => {
  for (const pattern of is_led ? [ABOUT, ...CONTRASTS] : CONTRASTS) {
    const { value = '', old = '' } = pattern.exec(rest)?.groups ?? {}
    if (value === '' || old === '') continue
    const isShort = [value, old].every(each => tokenise(each).length <= MOST_BARE_WORDS)
    if (is_led || (isShort && !OWN_WORDS.test(pattern === CONTRASTS[0] ? value : `${value} ${old}`)))
      return { value, old }
  }
  return undefined
}

const PRONOUN = /^(?:he|she|they|it)(?:['’](?:s|re))? /i

/** A statement about someone is no bare value. */
const OWN_WORDS =
  /(?<!\p{L})(?:i|i['’]?m|my|we|our|he|she|they|you|do|does|did|can|will|have|has|am|are|אני|אנחנו|שלי|יש|אין)(?!\p{L})/iu

const bareValueOf = (end: string, plain: string): string | undefined => {
  const hesitated = HESITATED.exec(end)?.groups?.['value']
  if (hesitated !== undefined && isOneValue(hesitated)) return hesitated
  const { before, after } = STARRED.exec(end)?.groups ?? {}
  const tailed = beforeTail(end, plain)
  const marked = before ?? after ?? tailed
  // “She lives in Haifa, actually” may correct “my sister lives in Rome”.
  if (marked === undefined || OWN_WORDS.test(marked === tailed ? marked.replace(PRONOUN, '') : marked)) return undefined
  const count = tokenise(marked).filter(word => !isStopWord(word)).length
  return count === 0 || count > MOST_BARE_WORDS ? undefined : marked
}

/** “Tuesday, sorry”: what precedes the end. */
const beforeTail = (end: string, plain: string): string | undefined => {
  const tail = TAIL.exec(plain)?.[0]
  if (tail === undefined) return undefined
  const first = [...end.matchAll(WORDS_AND_GAPS)].at(-tail.split(' ').length)
  return first === undefined ? undefined : end.slice(0, first.index).replace(/[\s,:.!;…–—-]+$/u, '')
}
