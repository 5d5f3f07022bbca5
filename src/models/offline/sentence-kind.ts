import { isStopWord } from '../../text/stop-words.ts'
import { tokenise } from '../../text/tokenise.ts'

/** What a person does with a sentence. `filler`: "ok", "yes", and whatever says nothing by itself. */
export type SentenceKind = 'question' | 'command' | 'statement' | 'greeting' | 'thanks' | 'filler'

/** Auxiliary and pronoun without question mark: "do you know", "is my sister", "can I". */
const AUXILIARY =
  '(?:is|are|am|was|were|do|does|did|can|could|will|would|should|shall|has|have|had|might|may|isnt|arent|dont|doesnt|didnt|cant)'
const SUBJECT =
  '(?:i|you|he|she|it|we|they|my|your|his|her|our|their|the|there|this|that|these|those|any|anyone|anybody|somebody)'
const QUESTIONS = [
  new RegExp(`^(?:and |so |but |hey |hi |well )?${AUXILIARY} ${SUBJECT}\\b`),
  new RegExp(`^(?:and |so |but |hey |hi |well )?(?:what|where|when|who|whom|why|which|how) ${AUXILIARY}\\b`),
  /^(?:and |so |but |hey |hi |well )?(?:whats|wheres|whens|whos|whys|hows|whose|which) /,
  /^(?:and |so |but )?(?:how (?:many|much|old|long|far|often|tall|big)|what (?:time|day|kind|sort|colou?r|year)) /,
  /^ו?(?:מה|מי|איפה|היכנ|מתי|איכ|כיצד|למה|מדוע|האמ|כמה|איזה|איזו|אילו|לאנ|מאיפה|מאינ|ממה|ממי|באיזה|באיזו|אצל מי|עמ מי)(?: |$)/,
]
const COMMANDS =
  /^(?:please |pls |can you |could you |would you |now |בבקשה )*(?:tell|show|give|write|list|explain|describe|summari[sz]e|translate|find|search|look up|help|remind|send|make|create|draw|sing|compare|recommend|suggest|answer|repeat|forget|תגידי?|ספרי?|תספרי?|תני?|תראי?|כתובי?|תכתבי?|תרגמ|תרגמי|תסבירי?|הסבר|תמליצי?|תזכירי?|סכמ|תסכמי?|תעזרי?|תשלחי?|תחפשי?|תמצאי?)(?: |$)/
const GREETING =
  /^(?:hi|hello|hey|shalom|greetings|good (?:morning|afternoon|evening|day)|שלומ|היי?|אהלנ|בוקר (?:טוב|אור)|ערב טוב|צהריימ טובימ)(?: \S+){0,2}$/
const THANKS = /^(?:many |ok |great )?(?:thanks|thank you|thx|cheers|תודה)(?: |$)/
const WORDS_OF_THANKS = 6
const FILLER =
  /^(?:(?:ok|okay|k|yes|yeah|yep|no|nope|sure|great|cool|nice|fine|good|lol|haha+|wow|right|exactly|hmm+|bye|goodbye|good night|see you|perfect|awesome|כנ|לא|אוקיי?|בסדר|סבבה|מעולה|יופי|אחלה|ביי|להתראות|לילה טוב|נהדר|חחח*)(?: |$))+$/
/** "Remember that …", "note: …": what follows is a fact. */
const REMEMBER =
  /^(?:please\s+)?(?:remember|note|keep in mind|don['’]?t forget|fyi|תזכור|תזכרי|זכור|זכרי|רשום|תרשום|תרשמי|שימי? לב)(?:\s+that)?\s*[:,]?\s+/i
/** The Hebrew "that" joined to the first word after "remember". */
const HEBREW_THAT = /^ש(?=[א-ת]{2,})/
const HEBREW_REMEMBER = /^(?:תזכור|תזכרי|זכור|זכרי|רשום|תרשום|תרשמי)/

/** A sentence without a leading "remember that". */
export const withoutRemember = (sentence: string): string => {
  const rest = sentence.replace(REMEMBER, '')
  return HEBREW_REMEMBER.test(sentence) ? rest.replace(HEBREW_THAT, '') : rest
}

/** What a sentence is, by its form alone. */
export const kindOf = (sentence: string): SentenceKind => {
  if (/[?？؟]\s*["'”’)]*$/.test(sentence)) return 'question'
  const told = withoutRemember(sentence) !== sentence
  const words = tokenise(withoutRemember(sentence))
  const plain = words.join(' ')
  if (plain === '' || FILLER.test(plain)) return 'filler'
  if (GREETING.test(plain)) return 'greeting'
  if (THANKS.test(plain) && words.length <= WORDS_OF_THANKS) return 'thanks'
  if (!told && QUESTIONS.some(each => each.test(plain))) return 'question'
  if (!told && COMMANDS.test(plain)) return 'command'
  return words.every(isStopWord) ? 'filler' : 'statement'
}
