import { stem } from '../../text/stem.ts'
import { isStopWord } from '../../text/stop-words.ts'
import { tokenise } from '../../text/tokenise.ts'

/**
 * Words that carry a subject, but so often that they tell little: they count for less than rare ones. (There is no
 * collection of texts to count them in: the offline models know nothing but the text before them.)
 */
const COMMON = `
user message messages talk talked context people person man woman day days today tomorrow yesterday week weeks month
months year years time times hour hours minute minutes morning evening night noon monday tuesday wednesday thursday friday
saturday sunday january february march april may june july august september october november december first second third
last next new old big small good bad great nice long short right left back front come comes came take takes took give
gives gave put ask asked call called find found use used try tried work works live lives start end one two three four
five six seven eight nine ten half number name place thing part side point case keep kept let mean means seem feel bring
usually often always never every once twice also around near
משתמש הודעה הודעות שיחה הקשר אנשים יום ימים היום מחר אתמול שבוע שבועות חודש חודשים שנה שנים שעה שעות דקה דקות בוקר ערב לילה
ראשון שני שלישי רביעי חמישי שישי שבת ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר חדש חדשה
ישן גדול קטן טוב טובה אחד אחת שניים שתיים שלוש ארבע חמש שש שבע שמונה תשע עשר בא באה נותן נתן לקח שם מקום מספר
`

const COMMON_WEIGHT = 0.5
const commonStems: ReadonlySet<string> = new Set(tokenise(COMMON).map(stem))

/** A word of a text, brought to its common form. */
export interface Term {
  readonly stem: string
  /** 1, or less for a word that tells little. */
  readonly weight: number
}

/** Subject words of a text in their order, repetitions included; all its words when it has no other. */
export const termsOf = (text: string): Term[] => {
  const words = tokenise(text)
  const telling = words.filter(word => !isStopWord(word))
  return (telling.length > 0 ? telling : words).map(word => {
    const stemmed = stem(word)
    return { stem: stemmed, weight: commonStems.has(stemmed) ? COMMON_WEIGHT : 1 }
  })
}
