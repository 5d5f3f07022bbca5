/**
 * Recognises commands in plain words, English and Hebrew. Only clear cases count: the whole message must be the
 * request, and no question counts, except "what do you know about me?". Everything else goes to the model, so nothing
 * is lost.
 */
import type { ParsedCommand } from '../../messages/message-kind.ts'

interface Phrase {
  readonly pattern: RegExp
  readonly name: string
  /** Arguments of the command; by default what the pattern's group matches. */
  readonly args?: string
}

const PLEASE = '(?:please,?\\s+)?'
const HEBREW_PLEASE = '(?:בבקשה,?\\s+)?'
const END = '[\\s.!]*$'

/** Beginnings of a statement, as opposed to a question or a wish: `remember that my …`. */
const STATEMENT = [
  "(?:i|I|we|We|he|she|they)(?:['’]\\p{L}+)?",
  '(?:my|our|his|her|their|the(?! (?:time|other|day|one|night))|My|Our|The|on|at|in|every)',
  "\\p{Lu}[\\p{L}'’-]*(?= (?:is|has|likes|loves|hates|lives|works|will|can|can['’]t|does|doesn['’]t|needs|wants|prefers)\\b)",
].join('|')
/**
 * Beginnings of a statement without "that": `remember my locker is …`. A form of "to be" must follow; `remember the day
 * my …` and `remember my friend who …` reminisce.
 */
const IS =
  "(?:is|are|has|have|likes?|loves?|hates?|lives?|works?|needs?|wants?|prefers?|can['’]t|doesn['’]t|don['’]t|cannot|=)"
const PLAIN_STATEMENT = [
  `(?:[Mm]y|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir|[Tt]he(?! (?:time|other|day|one|night|moment|movie|film|song|guy|girl)))(?: (?!(?:who|that|when|which|where|how|was|were)\\b)[\\p{L}\\p{N}'’&+-]+){1,5} ${IS}`,
  `(?:[Ii]|[Ww]e)(?:['’]m|['’]re|['’]ve| am| are| ${IS})`,
  `\\p{Lu}[\\p{L}'’-]* ${IS}`,
].join('|')
/** The same after the Hebrew "that", which is attached to its word. */
const STATEMENT_HEBREW =
  '(?:אני|אנחנו|אנו|יש|אין|לי|לנו|לא|קוראים|אמא|אבא|אשתי|בעלי|אחי|אחותי|הבן|הבת|הילד[א-ת]*|ביום|בשעה|ב-?\\d|ה(?:שם|כתובת|טלפון|מספר|קוד|סיסמה|פגישה|תור|חתול|כלב|יום)[א-ת]*|[א-ת]{2,} של(?:י|נו|ך|ו|ה|הם|הן)|ה[א-ת]{2,} של [א-ת]+|ה[א-ת]{2,} (?:הוא|היא|הם|הן))'

const REMEMBER = "(?:[Rr]emember|[Nn]ote|[Kk]eep in mind|[Dd]on['’]?t forget|[Dd]o not forget)"
const REMEMBER_HEBREW = '(?:תזכור|תזכרי|תזכרו|זכור|זכרי|אל תשכח|אל תשכחי|אל תשכחו)'

/** What a person said last. "Delete the last message" may be ours. */
const I_SAID = '(?: (?:that )?i (?:just )?(?:said|wrote|told you|sent(?: you)?))'
const LAST_MESSAGE = [
  `my (?:last|previous) (?:message|text)${I_SAID}?`,
  `the (?:last|previous) (?:message|text|thing)${I_SAID}`,
  'what i (?:just|last) (?:said|wrote|told you|sent(?: you)?)',
  'the message (?:that )?i just (?:wrote|sent)(?: you)?',
].join('|')
const I_SAID_HEBREW = 'ש(?:אמרתי|כתבתי|שלחתי)(?: לך| לכם)?'
const LAST_MESSAGE_HEBREW = [
  `את ההודעה האחרונה (?:שלי|${I_SAID_HEBREW})`,
  `את הדבר האחרון ${I_SAID_HEBREW}`,
  `את מה ${I_SAID_HEBREW} (?:עכשיו|הרגע)`,
  `את מה ש(?:עכשיו|הרגע) (?:אמרתי|כתבתי|שלחתי)(?: לך| לכם)?`,
].join('|')
const FORGET_HEBREW = '(?:תשכח|תשכחי|תשכחו|שכח|שכחי)'
const DELETE_HEBREW = '(?:תמחק|תמחקי|תמחקו|מחק|מחקי)'

const PHRASES: readonly Phrase[] = [
  { pattern: new RegExp(`^${PLEASE}remember(?: this)?:\\s*(\\S[^?]*)$`, 'iu'), name: '/remember' },
  // "remember that time we …" reminisces; it is not a request.
  {
    pattern: new RegExp(`^(?:[Pp]lease,?\\s+)?${REMEMBER},? that (?=(?:${STATEMENT})(?![\\p{L}]))([^?]+)$`, 'u'),
    name: '/remember',
  },
  {
    pattern: new RegExp(
      `^${HEBREW_PLEASE}${REMEMBER_HEBREW}(?:,? בבקשה)?,? ש[-־]?(?=${STATEMENT_HEBREW}(?![א-ת]))([^?]+)$`,
      'u',
    ),
    name: '/remember',
  },
  {
    pattern: new RegExp(`^(?:[Pp]lease,?\\s+)?${REMEMBER},? (?=(?:${PLAIN_STATEMENT})(?![\\p{L}]))([^?]+)$`, 'u'),
    name: '/remember',
  },
  {
    pattern: new RegExp(
      `^${HEBREW_PLEASE}${REMEMBER_HEBREW}(?:,? בבקשה)?,? (?=[א-ת]{2,} של(?:י|נו)(?: [א-ת]+)? (?:הוא|היא|הם|הן|זה|=|\\d))([^?]+)$`,
      'u',
    ),
    name: '/remember',
  },
  { pattern: new RegExp(`^${HEBREW_PLEASE}(?:תזכור|תזכרי|תזכרו|זכור|זכרי):\\s*(\\S[^?]*)$`, 'u'), name: '/remember' },

  { pattern: /^what (?:do|did) you (?:know|remember) about me[\s?.!]*$/iu, name: '/memory', args: '' },
  { pattern: /^what have you (?:learned|learnt|remembered) about me[\s?.!]*$/iu, name: '/memory', args: '' },
  {
    pattern: /^מה (?:אתה|את|אתם) (?:זוכר|זוכרת|זוכרים|יודע|יודעת|יודעים) (?:עליי|עלי|לגביי|לגבי אותי)[\s?.!]*$/u,
    name: '/memory',
    args: '',
  },

  {
    pattern: new RegExp(
      `^${PLEASE}(?:forget that|(?:forget|delete|erase|remove) (?:${LAST_MESSAGE}))(?:,? please)?${END}`,
      'iu',
    ),
    name: '/forget',
    args: 'last',
  },
  {
    pattern: new RegExp(
      `^${HEBREW_PLEASE}(?:${FORGET_HEBREW} את (?:זה|ההודעה האחרונה)|(?:${FORGET_HEBREW}|${DELETE_HEBREW}) (?:${LAST_MESSAGE_HEBREW}))(?:,? בבקשה)?${END}`,
      'u',
    ),
    name: '/forget',
    args: 'last',
  },
  {
    pattern: new RegExp(
      `^${PLEASE}(?:forget|delete|erase) (?:everything|all)(?: (?:that )?you (?:know|remember|have))? (?:about|on) me(?:,? please)?${END}`,
      'iu',
    ),
    name: '/forget',
    args: 'all',
  },
  {
    pattern: new RegExp(
      `^${HEBREW_PLEASE}(?:${FORGET_HEBREW}|${DELETE_HEBREW}) (?:(?:את )?(?:הכל|הכול)|(?:את )?כל מה ש(?:אתה|את|אתם) (?:יודע|יודעת|יודעים|זוכר|זוכרת|זוכרים)) (?:עליי|עלי|לגביי)(?:,? בבקשה)?${END}`,
      'u',
    ),
    name: '/forget',
    args: 'all',
  },
]

/** What means the message that it replies to: "remember this". Alone, it goes to the model, which sees the conversation. */
const REPLY_PHRASES: readonly RegExp[] = [
  new RegExp(`^${PLEASE}(?:remember|note|save|keep)(?: (?:this|that|it))?(?:,? please)?${END}`, 'iu'),
  new RegExp(
    `^${HEBREW_PLEASE}(?:תזכור|תזכרי|תזכרו|זכור|זכרי|תשמור|תשמרי|שמור|שמרי)(?: את)?(?: (?:זה|זאת))?(?:,? בבקשה)?${END}`,
    'u',
  ),
]

/** The command that a message asks for in plain words, if it replies to another one. */
export const naturalReplyCommand = (text: string): ParsedCommand | undefined => {
  const message = text.replace(OTHER_SPACES, ' ').trim()
  return REPLY_PHRASES.some(phrase => phrase.test(message)) ? { name: '/remember', args: '' } : undefined
}

/** Spaces of other widths, which phones and copied texts contain. */
const OTHER_SPACES = /[^\S\n\r\t ]/gu

/** Longer messages are not commands. */
const MOST_CHARACTERS = 500

/** The command that a message asks for in plain words, if any. */
export const naturalCommand = (text: string): ParsedCommand | undefined => {
  const message = text.replace(OTHER_SPACES, ' ').trim()
  if (message.length > MOST_CHARACTERS) return undefined
  for (const { pattern, name, args } of PHRASES) {
    const match = pattern.exec(message)
    if (match !== null) return { name, args: args ?? match[1] ?? '' }
  }
  return undefined
}
