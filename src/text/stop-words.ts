import { tokenise } from './tokenise.ts'

/** Words that carry no subject of their own, so that they tell nothing about what a text is about. */

const ENGLISH = `
a about after again all already also am an and any anything are arent as at be because been before being but by can cant
could couldnt did didnt do does doesnt doing done dont else ever every for from get gets getting go goes going got had
has hasnt have havent having he hed hello her here hers herself hes hey hi him himself his how i id if ill im in into is
isnt it its itself ive just kind know let lets like lot lots made make many may maybe me might mine more most much must
my myself need no nor not now of off oh ok okay on one only or other our ours out over own please really said same say
says shall she shed shes should so some something sure than thank thanks that thats the their theirs them then there
these they theyre thing things think this those though to too told up us use very want wants was wasnt way we well went
were werent what whats when where wheres which while who whom whos whose why will with wont would yeah yes yet you youd
your youre yours yourself tell remember remind
`

const HEBREW = `
אבל או אולי אותה אותו אותי אותך אותם אותנו אז אחר אחרי איזה איזו איך אין איפה אל אם אמר אמרתי אנחנו אני אפשר את אתה אתם
אתן באמת בבקשה בגלל בה בו בי ביותר בין בך בכלל בלי במה בשביל גם דבר דברים האם הוא היא היה היו היי היית הייתה הייתי הם הן
הנה הרבה זאת זה זהו זו יכול יכולה יש יהיה כ כאן כבר כדי כולם כי כך כל כמה כמו כן כפי לא לאן לגבי לה להיות להם לו לי לך
לכם למה למי לנו לפני מאוד מה מהו מהי מי מישהו מן ממה ממני מתי משהו נו נכון עד עוד על עלי עליו עליה עם עכשיו פה צריך צריכה
קצת רוצה רק של שלה שלהם שלו שלי שלך שלכם שלנו שם תגיד תגידי תודה תזכיר זוכר זוכרת שהוא שהיא שאני אצל אצלי שזה
`

const STOP_WORDS: ReadonlySet<string> = new Set(tokenise(`${ENGLISH} ${HEBREW}`))

/** Whether a word, as `tokenise` gives it, says nothing about the subject. */
export const isStopWord = (word: string): boolean => STOP_WORDS.has(word)
