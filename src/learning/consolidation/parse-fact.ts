/** What a fact says, taken apart so that two wordings of one fact come out alike, and two facts do not. */
import { stem } from '../../text/stem.ts'
import { isStopWord } from '../../text/stop-words.ts'
import { tokenise } from '../../text/tokenise.ts'
import { ATTRIBUTES, type Attribute } from './attribute-patterns.ts'
import { isNumber, namesOf, wordsOf } from './normalise-words.ts'

export interface Shape {
  readonly attribute: Pick<Attribute, 'name' | 'single'> | undefined
  /** Stems of the value of the attribute; of everything, where no attribute is known. In their order. */
  readonly value: readonly string[]
  /** Stems of what stands around it, whose attribute it is; without the speaker. */
  readonly about: readonly string[]
  /** Every stem, without the speaker. */
  readonly terms: ReadonlySet<string>
  readonly numbers: ReadonlySet<string>
  /** Stems of names, where the script tells them. */
  readonly names: ReadonlySet<string>
  readonly negated: boolean
  /** When it holds, as far as the wording tells. */
  readonly time: 'past' | 'now' | 'later' | 'maybe'
  /** Whether it says of itself that something has changed. */
  readonly change: boolean
}

const plain = (words: string): ReadonlySet<string> => new Set(tokenise(words))

const SELF = plain(
  'i me my mine myself im ive id ill user we our us am אני שלי לי אותי אליי אלי עליי עלי אצלי המשתמש המשתמשת אנחנו שלנו לנו',
)
const OTHERS = plain('he she his her hers him they their theirs them שלו שלה שלהם אותו אותה')
const NEGATIONS = plain(
  'not no never dont doesnt didnt isnt arent wasnt werent cant cannot wont hasnt havent nor nobody nothing לא אין אינו אינה אינני איני אינם מעולם',
)
const PAST = plain('was were had formerly previously ago former ex בעבר לשעבר פעם היה הייתה היו הייתי למדתי')
/** Those that say nothing besides. */
const FORMERLY = plain('formerly previously longer anymore בעבר לשעבר יותר')
const LATER = plain(
  'will going plan plans planning tomorrow intend intends מתכוון מתכוונת מתכנן מתכננת אעבור יעבור תעבור מחר',
)
const MAYBE = plain(
  'might maybe perhaps considering thinking hopes hope wants want would אולי שוקל שוקלת רוצה מקווה ייתכן',
)
const CHANGES = plain(
  'now moved changed switched became become instead anymore longer rescheduled postponed pushed replaced since relocated עכשיו כיום עברתי עבר עברה עברנו החלפתי החליף החליפה שיניתי נדחה נדחתה במקום השתנה השתנתה הפסקתי כבר הועבר הועברה הוקדם הוקדמה מעכשיו',
)
/** Behind "was" these tell how things are since. */
const TURNS = plain('changed moved postponed rescheduled pushed born set scheduled prescribed')
/** Words that change nothing about what is said. */
const LIGHT = plain(
  'each really actually currently now very quite always still already these days city town street called indeed both also just lately recently nowadays basically person people totally truly at in on to of for with by the a an is are be been has have עיר העיר כיום כרגע ממש מאוד באמת עכשיו היום תמיד עדיין כבר בעיר רחוב את של על עם הוא היא הם הן שהוא שהיא זה יש שם אל כ ב ל מ',
)

/** One phrase for another that means the same, before anything is looked at. */
const REWRITINGS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:me |\S+ )(?:said|says|told|mentioned|mentions|stated|states|notes|noted|shared|reported|explained)(?: me)?(?: that)? /,
    'me ',
  ],
  [/^(?:me |\S+ )?(?:אמר|אמרה|סיפר|סיפרה|ציינ|ציינה|אמרתי|סיפרתי)(?: ש| כי)? ?/, ''],
  [/(?:cant|cannot|doesnt|dont|can not|does not|do not) (?:stand|bear) /g, 'not like '],
  [/(?:hates?|dislikes?|detests?|loathes?) /g, 'not like '],
  [/(?:שונא|שונאת|לא סובל|לא סובלת) /g, 'לא אוהב '],
  [/(?:no longer|not any more) /g, 'not longer '],
  [/(?:stopped|quit|gave up) (\S+)ing /g, 'not longer $1 '],
  [/used to (\S+) /g, 'formerly $1 '],
  [/(?<!\S)(live|reside|work|stud)(?:i?e)?d (?=in |at |for |as )/g, 'formerly $1 '],
  [/(?<!\S)(?:גרתי|התגורר|התגוררה|התגוררתי) /g, 'בעבר גר '],
  [/(?<!\S)(?:עבדתי|עבדה|עבד) /g, 'בעבר עובד '],
  [/(?:כבר לא|לא .* יותר) /g, 'לא '],
]

/** Reads a fact. `speaker`: the words of the names of whoever said it. */
export const readShape = (text: string, speaker: ReadonlySet<string>): Shape => {
  const sentence = wordsOf(text)
    .map(word => (SELF.has(word) || isSpeaker(word, speaker) ? 'me' : word))
    .filter(word => !OTHERS.has(word))
    .join(' ')
    .replace(/me(?: me)+/g, 'me')
  const rewritten = REWRITINGS.reduce((each, [from, to]) => each.replace(from, to), `${sentence} `).trim()
  const all = rewritten.split(' ')
  const negated = all.some(word => NEGATIONS.has(word))
  const told = all.filter(word => !NEGATIONS.has(word) && !FORMERLY.has(word)).join(' ')
  const names = new Set([...namesOf(text)].filter(name => !speaker.has(name)).map(stem))
  const found = attributeOf(told)
  const value = found === undefined ? stemsOf(told) : stemsOf(found.value)
  const about = found === undefined ? [] : [...new Set(stemsOf(found.about))].sort()
  const terms = new Set([...value, ...about])
  return {
    attribute: found?.attribute,
    value,
    about,
    terms,
    negated,
    names,
    numbers: new Set([...terms].filter(isNumber)),
    time: timeOf(all),
    change: all.some(word => CHANGES.has(word)),
  }
}

/** Hebrew joins "to", "of", "and" and the like to a name. */
const isSpeaker = (word: string, speaker: ReadonlySet<string>): boolean =>
  speaker.has(word) || (/^[ובלכמשה][א-ת]{2}/.test(word) && speaker.has(word.slice(1)))

const timeOf = (words: readonly string[]): Shape['time'] => {
  if (words.some(word => MAYBE.has(word))) return 'maybe'
  if (words.some((word, at) => PAST.has(word) && !TURNS.has(words[at + 1] ?? ''))) return 'past'
  return words.some(word => LATER.has(word)) ? 'later' : 'now'
}

const stemsOf = (words: string): string[] =>
  words
    .split(' ')
    .filter(word => word !== '' && word !== 'me' && !LIGHT.has(word) && (isNumber(word) || !isStopWord(word)))
    .map(stem)

/** Longer texts are no everyday statement, and wordings take time that grows with the square of it. */
const MOST_WORDS = 40

interface FoundAttribute {
  readonly attribute: Attribute
  readonly value: string
  readonly about: string
}

const attributeOf = (told: string): FoundAttribute | undefined => {
  if (told.split(' ').length > MOST_WORDS) return undefined
  for (const attribute of ATTRIBUTES) {
    for (const wording of attribute.wordings) {
      const match = wording.exec(told)
      const value = match?.groups?.['v'] ?? ''
      if (match === null || stemsOf(value).length === 0) continue
      const { who = '', whose = '', what = '' } = match.groups ?? {}
      const around = `${told.slice(0, match.index)} ${told.slice(match.index + match[0].length)}`
      return { attribute, value, about: `${around} ${who} ${whose} ${what}` }
    }
  }
  return undefined
}
