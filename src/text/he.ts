import type { Sentences } from './sentences.ts'

const MINUTE_SECONDS = 60
const HOUR_SECONDS = 60 * MINUTE_SECONDS
const DAY_SECONDS = 24 * HOUR_SECONDS

/** Hebrew has a form for one, and for some units of time one for two. */
const many = (count: number, one: string, several: string, two = `${count.toLocaleString('he')} ${several}`): string =>
  count === 1 ? one : count === 2 ? two : `${count.toLocaleString('he')} ${several}`

const duration = (seconds: number): string => {
  if (seconds < MINUTE_SECONDS) return 'פחות מדקה'
  if (seconds < HOUR_SECONDS) return many(Math.floor(seconds / MINUTE_SECONDS), 'דקה', 'דקות', 'שתי דקות')
  if (seconds < DAY_SECONDS) return many(Math.floor(seconds / HOUR_SECONDS), 'שעה', 'שעות', 'שעתיים')
  return many(Math.floor(seconds / DAY_SECONDS), 'יום', 'ימים', 'יומיים')
}

const STATES = { ok: 'הכול תקין', degraded: 'פועל באופן חלקי', down: 'משהו אינו פועל', off: 'כבוי' }

export const he: Sentences = {
  help_heading: 'אפשר פשוט לכתוב לי. אני מכיר גם את הפקודות האלה:',
  help_reset: 'לסיים את השיחה הזאת, לזכור על מה דיברנו ולהתחיל מחדש',
  help_status: 'מה מצבי',
  help_pause: 'רק להקשיב כאן, או בשיחה שתציינו, עד ‎/resume',
  help_resume: 'לחזור לענות כאן, או בשיחה שתציינו',
  help_help: 'הרשימה הזאת',
  unknown_command: (command, near) =>
    `אני לא מכיר את הפקודה ${command}. ${near === undefined ? '' : `האם התכוונת ל-${near}? `}כל הפקודות: /help`,
  admin_only: command => `הפקודה ${command} שמורה למנהל שלי, בצ'אט פרטי. כל מה שאפשר לעשות: /help`,
  reset_saved: 'השיחה אופסה! השיחה הקודמת נשמרה בזיכרון לטווח ארוך.',
  reset_saved_later: 'השיחה אופסה! השיחה הקודמת שמורה ותעבור לזיכרון לטווח ארוך בקרוב.',
  reset_not_saved: 'השיחה אופסה! שום דבר לא נשמר בזיכרון לטווח ארוך.',
  reset_nothing: 'אין שיחה לאפס: אנחנו ממילא מתחילים מחדש.',
  paused: conversation => `מעכשיו אני רק מקשיב: ${conversation}. ‎/resume מסיים את ההשהיה.`,
  resumed: (conversation, was_paused) =>
    was_paused ? `חזרתי לענות: ${conversation}.` : `לא הייתה השהיה: ${conversation}.`,
  status: figures =>
    [
      `DeniDin ${figures.version}: ${STATES[figures.state]}.`,
      ...figures.troubles.map(({ name, detail }) => `- ${name}: ${detail}`),
      `פועל כבר ${duration(figures.uptime_seconds)}; הזיכרון ${figures.memory_on ? 'פועל' : 'כבוי'}.`,
      `${many(figures.active_sessions, 'שיחה פעילה אחת', 'שיחות פעילות')}, ${many(figures.waiting_sessions, 'אחת ממתינה', 'ממתינות')} לשמירה בזיכרון, ${many(figures.memories, 'זיכרון אחד', 'זיכרונות')}.`,
      `${many(figures.waiting_messages, 'הודעה אחת', 'הודעות')} בהמתנה.`,
      `היום: ${many(figures.model_calls, 'פנייה אחת', 'פניות')} למודלים, ${many(figures.model_tokens, 'טוקן אחד', 'טוקנים')}.`,
    ].join('\n'),
  model_unavailable: 'אני לא מצליח לענות כרגע: מודל השפה שלי לא מגיב. אפשר לנסות שוב בעוד כמה דקות.',
  model_rejected: 'אני לא יכול לענות: מודל השפה שלי מסרב לעבוד בשבילי. המנהל שלי צריך לבדוק את זה.',
  memory_disabled: 'הזיכרון לטווח ארוך שלי כבוי.',
  busy: 'אני כבר עסוק בזה. אפשר לנסות שוב בעוד רגע.',
  stopping: 'אני מופעל מחדש. אפשר לנסות שוב בעוד דקה.',
  restarted_before_answer: 'הופעלתי מחדש לפני שהספקתי לענות. אפשר לשלוח שוב, בבקשה.',
  unreadable: 'ההודעה האחרונה שלך הגיעה אליי, אבל לא הצלחתי לקרוא אותה. אפשר לשלוח אותה שוב?',
  something_went_wrong: 'משהו השתבש אצלי. אפשר לנסות שוב; אם זה חוזר, כדאי לספר למנהל שלי.',
}
