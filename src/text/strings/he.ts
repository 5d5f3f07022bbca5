/** DeniDin's own messages to people in Hebrew. */
import { peopleCommands } from './he-people.ts'
import { BACKUP_ANSWERS } from './backup-answers.ts'
import { foundLines } from './found-lines.ts'
import { once } from '../../platform/once.ts'
import type { Complexity } from '../complexity/complexity.ts'
import { listedText, quotedText } from '../list-line.ts'
import { nameOf, stateText } from './hebrew-components.ts'
import { duration, many, MINUTE_SECONDS, waiting } from './hebrew-counts.ts'
import { withPrefix } from './hebrew-prefix.ts'
import type {
  AlertStrings,
  AnyCommandStrings,
  BudgetFigures,
  CommandStrings,
  ReportStrings,
  SpentFigures,
  StatusFigures,
  Strings,
  UsedLimitFigures,
  WhyFigures,
} from './strings.ts'
import { writtenMoney } from './written-money.ts'
import { hebrewDay, timeOfDay, withWrittenDays, writtenZone } from './written-day.ts'

const SPEAKERS = { you: 'נאמר על ידך', others: 'מישהו אמר', conversation: 'מתוך שיחה', forwarded: 'הודעה שהועברה' }

const COMPLEXITY_WORDS: Readonly<Record<Complexity, string>> = {
  simple: 'פשוטה',
  medium: 'רגילה',
  complex: 'מורכבת',
  'multi-system': 'קשורה לכמה מערכות',
}

/** Transcripts and summaries of conversations are the bot's words; people's words stay verbatim. */
const ownWords = ({ by, text }: { readonly by: WhyFigures['by']; readonly text: string }): string =>
  by === 'conversation' ? withWrittenDays(text, hebrewDay) : text

const PRIVACY_ON = 'הלמידה פועלת: אני זוכר מה שחשוב מדבריך. ‎/privacy off מפסיקה את זה.'
const PRIVACY_OFF =
  'הלמידה כבויה: מעכשיו איני לומד מדבריך, לא מסכם אותם ולא מוצא אותם שוב בהמשך. אפשר להמשיך לדבר: ההודעות נשארות בהיסטוריה של השיחה עד ‎/forget, ואני רואה אותן כל עוד היא נמשכת. מה שכבר ידוע לי נשאר. כדי לחזור: ‎/privacy on.'

const HEARD = new Map([
  ['voice', 'הודעות קוליות'],
  ['audio', 'קובצי שמע'],
])
const SEEN = new Map([
  ['picture', 'תמונות'],
  ['video', 'סרטונים'],
  ['gif', 'GIF-ים'],
  ['sticker', 'מדבקות'],
])
const list = once(() => new Intl.ListFormat('he', { type: 'disjunction' }))

const PHONE_ONLY: Readonly<Record<string, string>> = {
  view_once: 'את ההודעה הזאת אפשר לראות פעם אחת, בטלפון בלבד: כאן אין לי אפשרות לפתוח אותה.',
  phone_only: 'את ההודעה הזאת אפשר לראות בטלפון בלבד: כאן אין לי אפשרות לפתוח אותה.',
}

const cannot_read = (kinds: readonly string[]): string => {
  const phone_only = kinds.map(kind => PHONE_ONLY[kind]).filter(sentence => sentence !== undefined)
  if (phone_only.length === kinds.length) return phone_only.join(' ')
  const [heard, seen] = [HEARD, SEEN].map(names => list().format(kinds.flatMap(kind => names.get(kind) ?? [])))
  const senses = [
    ...(heard === '' ? [] : [`להקשיב ${withPrefix('ל', heard ?? '')}`]),
    ...(seen === '' ? [] : [`לראות ${seen ?? ''}`]),
  ]
  return senses.length === 0
    ? 'הגיע אליי משהו שעדיין אין לי אפשרות לקרוא. אפשר לכתוב לי במילים במה מדובר?'
    : `תודה, זה הגיע. עדיין אין לי אפשרות ${senses.join(' או ')}: אפשר לכתוב לי במילים במה מדובר?`
}

const LIMITS = {
  person_day: 'מהמכסה היומית שלך',
  day: 'מהמכסה היומית שמשותפת לכולם',
  month: 'מהמכסה החודשית שמשותפת לכולם',
}
const LIMIT_REACHED = {
  person_day: 'להיום זה הכול: המכסה היומית שלך נוצלה.',
  day: 'להיום זה הכול: המכסה היומית, שמשותפת לכולם, נוצלה.',
  month: 'לחודש הזה זה הכול: המכסה החודשית, שמשותפת לכולם, נוצלה.',
}

const STATES = { ok: 'הכול תקין', degraded: 'פועל באופן חלקי', down: 'משהו אינו פועל' }

const storedLines = ({
  active_sessions,
  waiting_sessions,
  memories,
  waiting_messages,
}: Omit<StatusFigures, 'untried'>): readonly string[] =>
  active_sessions === null || waiting_sessions === null || memories === null || waiting_messages === null
    ? ['אני לא מצליח לקרוא את מה ששמור.']
    : [
        `${many(active_sessions, 'שיחה פעילה אחת', 'שיחות פעילות')}, ${many(waiting_sessions, 'אחת ממתינה', 'ממתינות')} לשמירה בזיכרון, ${many(memories, 'זיכרון אחד', 'זיכרונות')}.`,
        `${many(waiting_messages, 'הודעה אחת', 'הודעות')} בהמתנה.`,
      ]

/** Cost and tokens, or only the tokens if nothing has a price. */
const spentText = ({ cost, tokens }: SpentFigures, currency: string | null): string => {
  const counted = many(tokens, 'אסימון אחד', 'אסימונים')
  return cost === null || currency === null
    ? counted
    : `${writtenMoney(cost, currency, 'he')} ${withPrefix('ו', counted)}`
}

const LIMIT_PERIODS = { person_day: 'ליום', day: 'ליום', month: 'לחודש' }

const limitText = (
  { limit, most_cost, most_tokens, used_percent }: UsedLimitFigures,
  currency: string | null,
): string => {
  const cost = (amount: number): string => (currency === null ? String(amount) : writtenMoney(amount, currency, 'he'))
  const amount = most_cost === null ? many(most_tokens ?? 0, 'אסימון אחד', 'אסימונים') : cost(most_cost)
  return `${amount} ${LIMIT_PERIODS[limit]} (נוצלו ${String(used_percent)}%)`
}

const budgetReport = ({ currency, own, everyone }: BudgetFigures): string => {
  const limitsText = (limits: readonly UsedLimitFigures[]): string =>
    limits.map(each => limitText(each, currency)).join(', ')
  const lines: string[] = []
  if (own !== null) {
    lines.push(`שלך: היום ${spentText(own.today, currency)}, החודש ${spentText(own.month, currency)}.`)
    lines.push(own.limits.length === 0 ? 'אין לך מכסה.' : `המכסה שלך: ${limitsText(own.limits)}.`)
  }
  if (everyone !== null) {
    const { today, month, limits, top } = everyone
    lines.push(`כולם יחד: היום ${spentText(today, currency)}, החודש ${spentText(month, currency)}.`)
    lines.push(limits.length === 0 ? 'אין מכסה משותפת.' : `המכסות: ${limitsText(limits)}.`)
    if (top.length > 0) lines.push('הכי הרבה החודש:')
    for (const [at, each] of top.entries()) {
      lines.push(`${String(at + 1)}. ${each.name ?? 'מישהו'}: ${spentText(each, currency)}`)
    }
  }
  return lines.join('\n')
}

/** What is zero is not mentioned. */
const counted = (messages: number, memories: number): string => {
  const forgotten = memories === 0 ? '' : many(memories, 'זיכרון אחד', 'זיכרונות')
  if (messages === 0 && memories > 0) return forgotten
  return `${many(messages, 'הודעה אחת', 'הודעות')}${forgotten === '' ? '' : ` ${withPrefix('ו', forgotten)}`}`
}

const commands: CommandStrings = {
  help: {
    help: 'הרשימה הזאת',
    heading: 'אפשר פשוט לכתוב לי. אני מכיר גם את הפקודות האלה:',
  },
  reset: {
    help: 'לסיים את השיחה הזאת, לזכור על מה דיברנו ולהתחיל מחדש',
    saved: 'השיחה אופסה! השיחה הקודמת נשמרה בזיכרון לטווח ארוך.',
    saved_later: 'השיחה אופסה! השיחה הקודמת שמורה ותעבור לזיכרון לטווח ארוך בקרוב.',
    not_saved: 'השיחה אופסה! שום דבר לא נשמר בזיכרון לטווח ארוך.',
    nothing: 'אין שיחה לאפס: אנחנו ממילא מתחילים מחדש.',
  },
  memory: {
    help: 'מה אני זוכר, בכלל או לפי המילים שתוסיפו',
    list: (items, total, learn) =>
      [
        items.length === 0
          ? 'לא מצאתי שום דבר שאני זוכר.'
          : total > items.length
            ? `הדברים האחרונים שאני זוכר, ${String(items.length)} מתוך ${total.toLocaleString('he')}:`
            : 'זה מה שאני זוכר:',
        ...items.map(
          ({ number, by, said_on, in_group, text }) =>
            `${String(number)}. ${hebrewDay(said_on)}, ${SPEAKERS[by]}${in_group ? ' בקבוצה' : ''}: ${listedText(ownWords({ by, text }))}`,
        ),
        ...(items.length === 0 ? [] : ['כדי שאשכח משהו: ‎/forget ואחריו המספר.']),
        ...(learn ? [] : [PRIVACY_OFF]),
      ].join('\n'),
  },
  search: {
    help: 'לחפש בארכיון מילים, "ביטוי" או תחילת מילה*',
    usage: 'יש לכתוב אחרי הפקודה מה לחפש: ‎/search חשבונית',
    found: messages =>
      messages.length === 0 ? 'לא מצאתי שום דבר בארכיון.' : `מצאתי בארכיון:\n${foundLines(messages, hebrewDay)}`,
  },
  remember: {
    help: 'לזכור את מה שכתוב אחרי הפקודה',
    usage: 'יש לכתוב אחרי הפקודה מה לזכור, עד 4,000 תווים: ‎/remember לאחותי קוראים דנה',
    done: text => `אזכור: ${text}`,
  },
  forget: {
    help: 'לשכוח מספר מתוך ‎/memory, את הדבר האחרון שאמרת (last) או הכול (all)',
    usage: 'יש לכתוב אחרי הפקודה מה לשכוח: מספר מתוך הרשימה של ‎/memory, את המילה "האחרון", או "הכול".',
    all_question:
      'אשכח את כל מה ששמור אצלי לגביך: כל הודעה וכל זיכרון, גם בקבוצות. אי אפשר לבטל את זה. כדי להמשיך יש לענות "כן" תוך חמש דקות.',
    done: ({ messages, memories, residue, index, quote, same_words }) =>
      [
        `שכחתי: ${counted(messages, memories)}${quote === null ? '' : `${messages + memories === 1 ? ':' : ', בהם'} ${quotedText(quote)}`}.`,
        ...(residue > 0
          ? [
              `עדיין לא הצלחתי להסיר ${many(residue, 'שריד אחד', 'שרידים')}. אני מנסה שוב כל עשר דקות, עד שלא יישאר דבר.`,
            ]
          : index === 'done'
            ? [
                same_words === 0
                  ? 'בדקתי בכל מקום: לא נשאר מזה דבר.'
                  : `לא נשאר מזה דבר, אבל אותן מילים נמצאות גם ${withPrefix('ב', many(same_words, 'הודעה אחרת או בזיכרון אחר', 'הודעות או זיכרונות אחרים'))}.`,
              ]
            : []),
        ...(index === 'later'
          ? ['באינדקס החיפוש נשארו עוד מספרים שחושבו מזה, בלי מילים. הם יימחקו ברגע שהאינדקס יחזור לפעול.']
          : []),
      ].join(' '),
    nothing: 'לא מצאתי שם מה לשכוח. ‎/memory מראה מה אני זוכר, עם מספרים.',
    unknown: numbers => `לא נמצא, או לא רק שלך לשכוח: ${numbers}.`,
    not_yours: 'זה נאמר גם על ידי אחרים, ולכן זה לא רק שלך לשכוח.',
  },
  export: {
    help: 'כל מה ששמור אצלי לגביך',
    time: time => `${hebrewDay(time)}, ${timeOfDay(time)}`,
    done: file =>
      `כתבתי את כל מה ששמור אצלי לגביך לתוך קובץ. הוא ארוך מדי לצ'אט הזה; המנהל שלי יכול למסור אותו: ${file}`,
  },
  why: {
    help: 'על מה התבססה התשובה האחרונה שלי',
    basis: (items, replied, sympathy) => {
      if (!replied) return 'עוד לא עניתי כאן על שום דבר.'
      const lines = items.map(({ text, by, file, said_on, similarity, given_as }) => {
        const what =
          text === null || said_on === null
            ? '(נשכח בינתיים)'
            : `${file === null ? '' : `מהקובץ ${file}, `}${hebrewDay(said_on)}${by === 'forwarded' ? `, ${SPEAKERS.forwarded}` : ''}: ${listedText(ownWords({ by, text }))}`
        const similar = similarity === null ? '' : ` (דמיון של ${String(Math.round(similarity * 100))}%)`
        return `- ${what}${given_as === 'profile' ? ' (זה נמסר לי עם כל הודעה שלך)' : similar}`
      })
      return [
        ...(lines.length === 0
          ? ['התשובה האחרונה שלי התבססה רק על השיחה שלנו, בלי שום זיכרון.']
          : ['התשובה האחרונה שלי התבססה על הזיכרונות האלה:', ...lines]),
        ...(sympathy ? ['ההודעה שלך נשמעה עצובה או כואבת, ולכן התבקשתי לענות ברגישות.'] : []),
      ].join('\n')
    },
    context: ({ need, complexity, raised, messages, shortened, left_out }) => {
      if (need === 'exchange') return 'ההודעה שלך הייתה שיחת חולין, ולכן הסתכלתי רק על ההודעות האחרונות שלנו.'
      const looked = many(messages, 'הודעה אחת', 'הודעות', 'שתי הודעות')
      const brief = shortened === 0 ? '' : `, ${many(shortened, 'תשובה ישנה אחת שלי', 'תשובות ישנות שלי')} בקיצור`
      const more = raised ? ' היה צורך ביותר מקום מהרגיל, והוא ניתן.' : ''
      const left =
        left_out === 0
          ? ''
          : ` לא נשאר מקום ${left_out === 1 ? 'ל' : 'ל-'}${many(left_out, 'הודעה ישנה אחת או זיכרון אחד', 'הודעות ישנות או זיכרונות')}.`
      return `ההודעה שלך נראתה לי ${COMPLEXITY_WORDS[complexity]}, והסתכלתי על ${looked} מהשיחה הזאת${brief}.${left === '' ? more : left}`
    },
  },
  privacy: {
    help: 'האם מותר לי ללמוד ממה שנאמר (on או off)',
    usage: 'אפשר לכתוב ‎/privacy on או ‎/privacy off; הפקודה לבדה מראה את המצב.',
    on: PRIVACY_ON,
    onWithoutMemory: 'הלמידה פועלת, אבל הזיכרון לטווח ארוך כבוי כאן: אני לא שומר מדבריך דבר מעבר לשיחה.',
    off: PRIVACY_OFF,
    offWithoutHistory:
      'הלמידה כבויה. הזיכרון שלי ממילא כבוי כאן: אני לא שומר מדבריך דבר, ועונה על כל הודעה בפני עצמה. כדי לחזור: ‎/privacy on.',
  },
  lang: {
    help: 'השפה שבה אני מדבר איתך (en או he)',
    usage: 'אפשר לכתוב ‎/lang he לעברית או ‎/lang en לאנגלית.',
    done: 'מעכשיו אדבר איתך בעברית במשפטים שלי.',
  },
  timezone: {
    help: 'אזור הזמן שלך, בשביל "היום" ו"מחר"',
    usage: 'אפשר לכתוב ‎/timezone עם עיר או אזור, למשל ‎/timezone ברלין או ‎/timezone +2.',
    done: (zone, local_time) => `אזור הזמן שלך הוא ${writtenZone(zone)}, והשעה שם עכשיו ${local_time}.`,
  },
  budget: { help: 'כמה נוצל היום והחודש', report: budgetReport },
  pause: {
    help: 'רק להקשיב כאן, או בשיחה שתציינו, עד ‎/resume',
    usage:
      'אפשר לכתוב ‎/pause לבדה לשיחה הזאת, או להוסיף של מי השיחה: מספר הטלפון של מי שכבר כתב לי, או מזהה של קבוצה.',
    done: (conversation, resume) => `מעכשיו אני רק מקשיב: ${conversation}. ‎${resume} מסיימת את ההשהיה.`,
  },
  resume: {
    help: 'לחזור לענות כאן, או בשיחה שתציינו',
    usage:
      'אפשר לכתוב ‎/resume לבדה לשיחה הזאת, או להוסיף של מי השיחה: מספר הטלפון של מי שכבר כתב לי, או מזהה של קבוצה.',
    done: (conversation, was_paused) =>
      was_paused ? `חזרתי לענות: ${conversation}.` : `לא הייתה השהיה: ${conversation}.`,
  },
  backup: BACKUP_ANSWERS.he,
  status: {
    help: 'מה מצבי',
    report: ({ untried = [], ...figures }) =>
      [
        `DeniDin ${figures.version}: ${figures.state === 'ok' && untried.length > 0 ? 'לא ידוע לי על תקלה' : STATES[figures.state]}.`,
        ...figures.troubles.map(({ name, detail }) => `- ${nameOf(name)}: ${detail}`),
        ...(untried.length === 0 ? [] : [`עוד לא נוסה מאז ההפעלה: ${untried.map(nameOf).join(', ')}.`]),
        `פועל כבר ${duration(figures.uptime_seconds)}; הזיכרון ${figures.memory_on ? 'פועל' : 'כבוי'}.`,
        ...storedLines(figures),
        `היום: ${many(figures.model_calls, 'פנייה אחת', 'פניות')} למודלים, ${many(figures.model_tokens, 'אסימון אחד', 'אסימונים')}.`,
      ].join('\n'),
  },
  ...peopleCommands,
}

const anyCommand: AnyCommandStrings = {
  unknown: (command, near) =>
    `אני לא מכיר את הפקודה ${command}. ${near === undefined ? '' : `האם התכוונת ${withPrefix('ל', near)}? `}כל הפקודות: /help`,
  admin_only: command => `הפקודה ${command} שמורה למנהל שלי, בצ'אט פרטי. כל מה שאפשר לעשות: /help`,
  direct_only: command => `הפקודה ${command} מיועדת לצ'אט פרטי: כאן כולם יקראו את התשובה.`,
  confirm: summary => `ליתר ביטחון: ${summary}. כדי להמשיך יש לענות "כן" תוך חמש דקות.`,
  not_confirmed: 'בסדר, אני משאיר הכול כמו שהוא.',
  withdrawn: 'לא קיבלתי "כן" לשאלה שלי, ולכן השארתי הכול כמו שהוא.',
  near_miss: command => `האם התכוונת ל-${command}? אפשר לענות "כן" או לכתוב את הפקודה.`,
}

const alerts: AlertStrings = {
  began: ({ component, state, reason }) => `⚠️ תקלה: ${nameOf(component)} (${stateText(component, state)}). ${reason}`,
  again: ({ component, state, reason }) =>
    `⚠️ שוב תקלה, שבאה והולכת: ${nameOf(component)} (${stateText(component, state)}). ${reason}`,
  ended: ({ component, lasted_seconds }) =>
    `✅ התקלה הסתיימה: ${nameOf(component)}. היא נמשכה ${duration(lasted_seconds)}.`,
  passed: ({ component, reason, lasted_seconds }) =>
    `✅ הייתה תקלה שכבר הסתיימה: ${nameOf(component)}. היא נמשכה ${duration(lasted_seconds)}. הסיבה: ${reason}`,
}

const MEASURES = { data: 'תיקיית הנתונים', patterns: 'אוסף התבניות של הסוכנים' }
const REACHED = { data: 'הגיעה', patterns: 'הגיע' }
const WILL_REACH = { data: 'תגיע', patterns: 'יגיע' }

const reports: ReportStrings = {
  usage: ({ days, executions, avg_pct, exceeded, recommendations = 0 }) =>
    [
      executions === 0
        ? `📊 תקציבים: לא היה שימוש ב-${String(days)} הימים האחרונים.`
        : `📊 תקציבים ב-${String(days)} הימים האחרונים: ${executions === 1 ? 'שימוש אחד' : `${executions.toLocaleString('en')} שימושים`}, ${avg_pct.toFixed(1)}% בממוצע, ${exceeded === 1 ? 'חריגה אחת' : `${String(exceeded)} חריגות`}.`,
      ...(recommendations === 0
        ? []
        : [`${recommendations === 1 ? 'המלצה אחת' : `${String(recommendations)} המלצות`}: denidin budget recommend`]),
    ].join(' '),
  growth: ({ measure, days_left }) =>
    days_left === 0
      ? `📈 ${MEASURES[measure]} ${REACHED[measure]} לגבול.`
      : `📈 ${MEASURES[measure]} ${WILL_REACH[measure]} לגבול בעוד ${days_left === 1 ? 'יום אחד' : `${String(days_left)} ימים`} בערך.`,
}

/** DeniDin's own messages in Hebrew. */
export const he: Strings = {
  commands,
  any_command: anyCommand,
  alerts,
  reports,
  answer_cut: '(התשובה שלי התארכה ונקטעה כאן. אפשר לכתוב „המשך” כדי לקבל עוד.)',
  beginning_read: characters =>
    `(ההודעה שלך ארוכה מדי בשבילי: קראתי רק את תחילתה, ${characters.toLocaleString('he')} תווים.)`,
  model_unavailable: 'אני לא מצליח לענות כרגע: מודל השפה שלי לא מגיב. אפשר לנסות שוב בעוד כמה דקות.',
  limit_reached: (limit, until) =>
    `${LIMIT_REACHED[limit]} אפשר להמשיך מ-${hebrewDay(until)} בשעה ${timeOfDay(until)}.`,
  limit_reached_anywhere: 'זה לא אפשרי כרגע: המכסה נוצלה. אפשר לנסות שוב מחר.',
  too_many_messages: seconds => `זה היה הרבה בבת אחת. קראתי הכול, ואפשר להמשיך בעוד ${waiting(seconds)}.`,
  messages_used_up: until =>
    `להיום זה הכול: נכתבו כל ההודעות שמותר לי לענות עליהן ביום. אני ממשיך לקרוא, ועונה שוב מ-${hebrewDay(until)} בשעה ${timeOfDay(until)}.`,
  limit_near: (limit, percent) => `דרך אגב: נוצלו ${String(percent)}% ${LIMITS[limit]}.`,
  model_filtered:
    'סליחה, השירות שמאחוריי לא מאפשר לי לענות על ההודעה הזו. כל השאר עובד: אפשר פשוט להמשיך, או לנסח אותה אחרת.',
  model_rejected: 'אני לא יכול לענות: מודל השפה שלי מסרב לעבוד בשבילי. המנהל שלי צריך לבדוק את זה.',
  model_out_of_credit:
    'אני לא יכול לענות כרגע: נגמרה היתרה בחשבון שלי אצל ספק מודל השפה. זה לא קשור למה שכתבת; המנהל שלי צריך לטפל בזה.',
  failure_reason: reason => `הסיבה: ${reason}.`,
  program_answers: minutes =>
    `נראה שתוכנה עונה לי כאן, אז אני מפסיק לענות למשך ${duration(minutes * MINUTE_SECONDS)}. אם יש כאן אדם, אפשר לכתוב „המשך” ואני ממשיך.`,
  resume_words: ['המשך', 'המשיכי', 'תמשיך', 'תמשיכי', 'תמשיכו', 'להמשיך'],
  let_in: 'ברוכים הבאים! מעכשיו אני עונה לכם. ‎/help מציגה מה אני יודע לעשות.',
  memory_disabled: 'הזיכרון לטווח ארוך שלי כבוי.',
  busy: 'אני כבר עסוק בזה. אפשר לנסות שוב בעוד רגע.',
  stopping: 'אני מופעל מחדש. אפשר לנסות שוב בעוד דקה.',
  restarted_before_answer: 'הופעלתי מחדש לפני שהספקתי לענות. אפשר לשלוח שוב, בבקשה.',
  something_went_wrong: 'משהו השתבש אצלי. אפשר לנסות שוב; אם זה חוזר, כדאי לספר למנהל שלי.',
  cannot_read,
  unreadable: 'ההודעה האחרונה שלך הגיעה אליי, אבל לא הצלחתי לקרוא אותה. אפשר לשלוח אותה שוב?',
}
