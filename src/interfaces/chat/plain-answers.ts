/** Reads the answer to a question that wants a yes or a no, in English and Hebrew. */

const DELETE = '(?:delete|erase|remove|wipe|forget)'
const DELETE_HEBREW = '(?:תמחק|תמחקי|תמחקו|מחק|מחקי|למחוק|תשכח|תשכחי|תשכחו|שכח|שכחי|לשכוח)'
const WHAT = '(?: (?:it|them|that|this|me|all|everything|anything|all of (?:it|them)|it all))?'
const WHAT_HEBREW = '(?: (?:את )?(?:הכל|הכול|זה|כל זה|כלום|שום דבר))?'

/** Words that are a yes on their own, and may follow one. */
const SURE = [
  "of course|for sure|definitely|absolutely|please|please do|go ahead|do it|(?:i am|i[’']m) sure|sure|i confirm|confirmed?",
  'בטח|בהחלט|ברור|בוודאי|כמובן|מאשר|מאשרת|אני מאשר|אני מאשרת',
].join('|')
const YES = 'y|yes|yeah|yea|yep|yup|yess+|כן'
/** Words that may follow a yes, but mean nothing alone. */
const AFTER_YES = [
  `${DELETE}${WHAT}|i do|i want (?:it|that|this|to)|thanks|thank you|now`,
  `${DELETE_HEBREW}${WHAT_HEBREW}|בבקשה|אני בטוח|אני בטוחה|בטוח|בטוחה|קדימה|תודה|אני רוצה|עכשיו`,
].join('|')

const NO = [
  "n|no|nope|nah|cancel|stop|wait|never ?mind|not (?:now|yet|sure)|hold on|don[’']?t|do not|keep (?:it|them|everything|all)",
  'לא|בטל|בטלי|תבטל|תבטלי|ביטול|עזוב|עזבי|עצור|עצרי|חכה|חכי|רגע|אל ת(?:עשה|עשי)(?: את זה)?|אל',
].join('|')
const AFTER_NO = [
  `thanks|thank you|way|please|don[’']?t|do not|do (?:it|that)|${DELETE}${WHAT}|it|that|sorry|my mistake|a (?:second|moment|minute)`,
  `תודה|רוצה|אני לא רוצה|אני רוצה|צריך|צריכה|בטוח|בטוחה|עכשיו|${DELETE_HEBREW}${WHAT_HEBREW}|סליחה|טעות|בבקשה`,
].join('|')

const GAP = '[,.!…\\s–-]+'
const END = '(?:[\\s.,!…\\ufe0f]|[👍👌🙏✅✔❤🙂😊]\\p{Emoji_Modifier}?)*$'

const answerOf = (first: string, more: string): RegExp => new RegExp(`^(?:${first})(?:${GAP}(?:${more}))*${END}`, 'iu')

const A_YES = [answerOf(YES, [YES, SURE, AFTER_YES].join('|')), answerOf(SURE, [YES, 'please', 'thanks'].join('|'))]
const A_NO = answerOf(NO, [NO, AFTER_NO].join('|'))

/** Longer texts are not answers. */
const MOST_CHARACTERS = 60

/** Whether a text says only yes, or only no; `undefined` if it says anything else. */
export const plainAnswer = (text: string): 'yes' | 'no' | undefined => {
  if (text.length > MOST_CHARACTERS) return undefined
  const answer = text.normalize('NFKC').replace(/\s+/g, ' ').trim()
  if (A_YES.some(pattern => pattern.test(answer))) return 'yes'
  return A_NO.test(answer) ? 'no' : undefined
}
