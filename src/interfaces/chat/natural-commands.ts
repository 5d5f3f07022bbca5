/**
 * Recognises commands in plain words, English and Hebrew. Only clear cases count: the whole message is the request, and
 * no question is one, except "what do you know about me?". Everything else goes to the model, so nothing is lost.
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
/** The same after the Hebrew "that", which is joined to its word. */
const STATEMENT_HEBREW =
  '(?:אני|אנחנו|אנו|יש|אין|לי|לנו|לא|קוראים|אמא|אבא|אשתי|בעלי|אחי|אחותי|הבן|הבת|הילד[א-ת]*|ביום|בשעה|ב-?\\d|ה(?:שם|כתובת|טלפון|מספר|קוד|סיסמה|פגישה|תור|חתול|כלב|יום)[א-ת]*)'

const PHRASES: readonly Phrase[] = [
  { pattern: new RegExp(`^${PLEASE}remember(?: this)?:\\s*(\\S[^?]*)$`, 'iu'), name: '/remember' },
  // "remember that time we …" reminisces; it is no request.
  {
    pattern: new RegExp(`^(?:[Pp]lease,?\\s+)?[Rr]emember that (?=(?:${STATEMENT})(?![\\p{L}]))([^?]+)$`, 'u'),
    name: '/remember',
  },
  {
    pattern: new RegExp(
      `^${HEBREW_PLEASE}(?:תזכור|תזכרי|תזכרו|זכור|זכרי)(?:,? בבקשה)?,? ש[-־]?(?=${STATEMENT_HEBREW}(?![א-ת]))([^?]+)$`,
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
      `^${PLEASE}forget (?:that|what i just (?:said|wrote|told you)|my last message)(?:,? please)?${END}`,
      'iu',
    ),
    name: '/forget',
    args: 'last',
  },
  {
    pattern: new RegExp(
      `^${HEBREW_PLEASE}(?:תשכח|תשכחי|תשכחו|שכח|שכחי) (?:את זה|את מה שאמרתי עכשיו|את ההודעה האחרונה(?: שלי)?)(?:,? בבקשה)?${END}`,
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
      `^${HEBREW_PLEASE}(?:תשכח|תשכחי|תשכחו|שכח|שכחי|תמחק|תמחקי|תמחקו|מחק|מחקי) (?:(?:את )?(?:הכל|הכול)|(?:את )?כל מה ש(?:אתה|את|אתם) (?:יודע|יודעת|יודעים|זוכר|זוכרת|זוכרים)) (?:עליי|עלי|לגביי)(?:,? בבקשה)?${END}`,
      'u',
    ),
    name: '/forget',
    args: 'all',
  },
]

/** Longer messages are not commands. */
const MOST_CHARACTERS = 500

/** The command that a message asks for in plain words, if any. */
export const naturalCommand = (text: string): ParsedCommand | undefined => {
  const message = text.trim()
  if (message.length > MOST_CHARACTERS) return undefined
  for (const { pattern, name, args } of PHRASES) {
    const match = pattern.exec(message)
    if (match !== null) return { name, args: args ?? match[1] ?? '' }
  }
  return undefined
}
