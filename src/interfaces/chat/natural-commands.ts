/**
 * Commands in plain words, English and Hebrew. Only clear cases: the whole message is the request, and questions are
 * none, except for "what do you know about me?". What is not clear goes to the model, which takes nothing away.
 */
import type { TypedCommand } from '../../messages/message-kind.ts'

interface Phrase {
  readonly pattern: RegExp
  readonly word: string
  /** What stands behind the command; by default what the pattern's group holds. */
  readonly words?: string
}

const PLEASE = '(?:please,?\\s+)?'
const HEBREW_PLEASE = '(?:בבקשה,?\\s+)?'
const END = '[\\s.!]*$'

/** Beginnings of a sentence that is told, not asked or wished: `remember that my …`. */
const TOLD = [
  "(?:i|I|we|We|he|she|they)(?:['’]\\p{L}+)?",
  '(?:my|our|his|her|their|the(?! (?:time|other|day|one|night))|My|Our|The|on|at|in|every)',
  "\\p{Lu}[\\p{L}'’-]*(?= (?:is|has|likes|loves|hates|lives|works|will|can|can['’]t|does|doesn['’]t|needs|wants|prefers)\\b)",
].join('|')
/** The same behind the Hebrew "that", which is joined to its word. */
const TOLD_HEBREW =
  '(?:אני|אנחנו|אנו|יש|אין|לי|לנו|לא|קוראים|אמא|אבא|אשתי|בעלי|אחי|אחותי|הבן|הבת|הילד[א-ת]*|ביום|בשעה|ב-?\\d|ה(?:שם|כתובת|טלפון|מספר|קוד|סיסמה|פגישה|תור|חתול|כלב|יום)[א-ת]*)'

const PHRASES: readonly Phrase[] = [
  { pattern: new RegExp(`^${PLEASE}remember(?: this)?:\\s*(\\S[^?]*)$`, 'iu'), word: '/remember' },
  // "remember that time we …" calls something to mind, it asks for nothing.
  {
    pattern: new RegExp(`^(?:[Pp]lease,?\\s+)?[Rr]emember that (?=(?:${TOLD})(?![\\p{L}]))([^?]+)$`, 'u'),
    word: '/remember',
  },
  {
    pattern: new RegExp(
      `^${HEBREW_PLEASE}(?:תזכור|תזכרי|תזכרו|זכור|זכרי)(?:,? בבקשה)?,? ש[-־]?(?=${TOLD_HEBREW}(?![א-ת]))([^?]+)$`,
      'u',
    ),
    word: '/remember',
  },
  { pattern: new RegExp(`^${HEBREW_PLEASE}(?:תזכור|תזכרי|תזכרו|זכור|זכרי):\\s*(\\S[^?]*)$`, 'u'), word: '/remember' },

  { pattern: /^what (?:do|did) you (?:know|remember) about me[\s?.!]*$/iu, word: '/memory', words: '' },
  { pattern: /^what have you (?:learned|learnt|remembered) about me[\s?.!]*$/iu, word: '/memory', words: '' },
  {
    pattern: /^מה (?:אתה|את|אתם) (?:זוכר|זוכרת|זוכרים|יודע|יודעת|יודעים) (?:עליי|עלי|לגביי|לגבי אותי)[\s?.!]*$/u,
    word: '/memory',
    words: '',
  },

  {
    pattern: new RegExp(
      `^${PLEASE}forget (?:that|what i just (?:said|wrote|told you)|my last message)(?:,? please)?${END}`,
      'iu',
    ),
    word: '/forget',
    words: 'last',
  },
  {
    pattern: new RegExp(
      `^${HEBREW_PLEASE}(?:תשכח|תשכחי|תשכחו|שכח|שכחי) (?:את זה|את מה שאמרתי עכשיו|את ההודעה האחרונה(?: שלי)?)(?:,? בבקשה)?${END}`,
      'u',
    ),
    word: '/forget',
    words: 'last',
  },
  {
    pattern: new RegExp(
      `^${PLEASE}(?:forget|delete|erase) (?:everything|all)(?: (?:that )?you (?:know|remember|have))? (?:about|on) me(?:,? please)?${END}`,
      'iu',
    ),
    word: '/forget',
    words: 'all',
  },
  {
    pattern: new RegExp(
      `^${HEBREW_PLEASE}(?:תשכח|תשכחי|תשכחו|שכח|שכחי|תמחק|תמחקי|תמחקו|מחק|מחקי) (?:(?:את )?(?:הכל|הכול)|(?:את )?כל מה ש(?:אתה|את|אתם) (?:יודע|יודעת|יודעים|זוכר|זוכרת|זוכרים)) (?:עליי|עלי|לגביי)(?:,? בבקשה)?${END}`,
      'u',
    ),
    word: '/forget',
    words: 'all',
  },
]

/** Longer messages are told, not asked: nobody wraps a command into an essay. */
const MOST_CHARACTERS = 500

/** The command that a message is in plain words, if it is one. */
export const commandInWords = (text: string): TypedCommand | undefined => {
  const said = text.trim()
  if (said.length > MOST_CHARACTERS) return undefined
  for (const { pattern, word, words } of PHRASES) {
    const match = pattern.exec(said)
    if (match !== null) return { word, words: words ?? match[1] ?? '' }
  }
  return undefined
}
