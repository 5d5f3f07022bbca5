/** The names of commands that people use: the Hebrew names, and words that are nearly a command. */
import { parseCommand, type ParsedCommand } from '../../messages/message-kind.ts'
import { plainWords, withoutWrapping } from './plain-words.ts'

const HEBREW_NAMES: Readonly<Record<string, readonly string[]>> = {
  '/help': ['/עזרה', '/פקודות', '/תפריט'],
  '/reset': ['/איפוס', '/אפס', '/תאפס', '/תאפסי'],
  '/memory': ['/זיכרון', '/זכרון', '/הזיכרון', '/זיכרונות', '/זכרונות'],
  '/search': ['/חפש', '/חפשי', '/חיפוש', '/תחפש', '/תחפשי'],
  '/remember': ['/זכור', '/זכרי', '/תזכור', '/תזכרי', '/לזכור'],
  '/forget': ['/שכח', '/שכחי', '/תשכח', '/תשכחי', '/לשכוח', '/מחק', '/מחקי'],
  '/export': ['/ייצוא', '/יצוא', '/ייצא'],
  '/why': ['/למה', '/מדוע'],
  '/privacy': ['/פרטיות'],
  '/lang': ['/שפה'],
  '/timezone': ['/אזור_זמן', '/אזור-זמן', '/אזור', '/שעון'],
  '/budget': ['/תקציב', '/מכסה'],
  '/pause': ['/השהה', '/השהי', '/השהיה'],
  '/resume': ['/המשך', '/המשיכי'],
  '/backup': ['/גיבוי'],
  '/status': ['/סטטוס', '/מצב'],
  '/users': ['/משתמשים', '/אנשים'],
  '/role': ['/תפקיד'],
  '/block': ['/חסום', '/חסמי', '/חסימה'],
  '/unblock': ['/שחרר', '/שחררי'],
  '/allow': ['/הרשה', '/אשר', '/אשרי'],
  '/disallow': ['/הסר', '/הסירי'],
  '/listen': ['/הקשב', '/הקשיבי', '/האזנה'],
  '/restart': ['/אתחול', '/אתחל'],
}

const ENGLISH: ReadonlyMap<string, string> = new Map(
  Object.entries(HEBREW_NAMES).flatMap(([name, others]) => others.map(other => [other, name] as const)),
)

/** The menu's name of a command, in lower case; an unknown name is returned unchanged. */
export const menuNameOf = (name: string): string => {
  const small = name.toLowerCase()
  return ENGLISH.get(small) ?? small
}

/** These names of the menu, with their Hebrew ones. */
export const withHebrewNames = (names: readonly string[]): string[] => [
  ...names,
  ...names.flatMap(name => HEBREW_NAMES[name] ?? []),
]

interface NearMiss {
  /** Matches the whole message, in lower case. */
  readonly pattern: RegExp
  readonly name: string
  readonly args?: string
}

const MY_DATA = '(?:all )?(?:of )?(?:my (?:data|information|messages|memories|account|history))'
const DATA_HEBREW = '(?:כל )?(?:ה|את )?(?:כל )?ה?(?:מידע|נתונים|הודעות|זיכרונות|זכרונות|חשבון|היסטוריה)(?: שלי)'

const NEAR_MISSES: readonly NearMiss[] = [
  {
    pattern:
      /^(?:reset|restart|start over|(?:start )?(?:a )?new (?:conversation|chat|session)|(?:reset|clear|restart) (?:the |this |our )?(?:conversation|chat|session)|איפוס|אפס|אפסי|תאפס|תאפסי|שיחה חדשה|(?:תתחיל|תתחילי|התחל|נתחיל) מחדש|(?:אפס|תאפס|תאפסי|נקה|תנקה|תנקי) את השיחה)$/u,
    name: '/reset',
  },
  {
    pattern: /^(?:help|(?:show |list |show me )?(?:the |all )?commands|menu|עזרה|פקודות|תפריט|רשימת (?:ה)?פקודות)$/u,
    name: '/help',
  },
  {
    pattern:
      /^(?:memory|memories|my (?:memory|memories)|(?:show|list|show me) (?:me )?(?:my |your |the )?(?:memory|memories)|זיכרון|זכרון|זיכרונות|זכרונות|ה(?:זיכרונות|זכרונות) שלי)$/u,
    name: '/memory',
  },
  { pattern: /^(?:remember|תזכור|תזכרי|זכור|זכרי)$/u, name: '/remember' },
  { pattern: /^(?:forget|תשכח|תשכחי|שכח|שכחי)$/u, name: '/forget' },
  {
    pattern: new RegExp(
      `^(?:(?:delete|erase|remove|wipe|clear|forget) ${MY_DATA}|(?:delete|erase|forget) (?:me|everything)|(?:תמחק|תמחקי|מחק|מחקי|תשכח|תשכחי|שכח|שכחי) (?:${DATA_HEBREW}|(?:את )?(?:הכל|הכול)|אותי))$`,
      'u',
    ),
    name: '/forget',
    args: 'all',
  },
  {
    pattern: new RegExp(
      `^(?:export|(?:export|download|send me|give me|get) ${MY_DATA}|ייצוא|יצוא|ייצא|(?:ייצא|תייצא|תייצאי|הורד|תוריד|תורידי) ${DATA_HEBREW})$`,
      'u',
    ),
    name: '/export',
  },
  { pattern: /^(?:privacy|(?:my )?privacy settings|פרטיות|הגדרות (?:ה)?פרטיות)$/u, name: '/privacy' },
  {
    pattern:
      /^(?:privacy off|(?:stop|don['’]t) (?:learning|learn|remembering)(?: about me)?|אל ת(?:למד|למדי) עלי|אל ת(?:למד|למדי) עליי|כבה פרטיות)$/u,
    name: '/privacy',
    args: 'off',
  },
  { pattern: /^(?:privacy on|הפעל פרטיות)$/u, name: '/privacy', args: 'on' },
  { pattern: /^(?:lang|language|change (?:the |my )?language|שפה|(?:החלף|תחליף|שנה|תשנה) שפה)$/u, name: '/lang' },
  { pattern: /^(?:time ?zone|change (?:the |my )?time ?zone|אזור זמן)$/u, name: '/timezone' },
]

/** Longer than any of these phrases. */
const MOST_CHARACTERS = 60
/** What people write instead of the slash, or before it. */
const SLASHES = /^(?:[\s\\/]+|[!#.])(?=\p{L})/u
/** More words than any command written this way has. */
const MOST_WORDS = 3
/** `/forget:all`, which is not a command because it lacks a space. */
const JOINED = /^(\/[\p{L}]+)[:=]\s*(?=\S)/u

/** The command that a message probably means because the whole message nearly equals its name or meaning. */
export const nearMiss = (text: string): ParsedCommand | undefined => {
  if (text.length > MOST_CHARACTERS) return undefined
  const message = withoutWrapping(text.normalize('NFKC'))
  if (SLASHES.test(message)) {
    const parsed = parseCommand(message.replace(SLASHES, '/').replace(JOINED, '$1 '))
    if (parsed !== undefined && isKnown(parsed.name) && parsed.args.split(/\s+/).length <= MOST_WORDS) return parsed
  }
  const phrase = plainWords(message.replace(SLASHES, ''))
  const found = NEAR_MISSES.find(({ pattern }) => pattern.test(phrase))
  return found === undefined ? undefined : { name: found.name, args: found.args ?? '' }
}

const isKnown = (name: string): boolean => Object.hasOwn(HEBREW_NAMES, menuNameOf(name))
