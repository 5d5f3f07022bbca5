/** The words of report pages, in each language of DeniDin's own messages. */
import type { Language } from '../language.ts'

/** Words of one language. Columns, values and tables without a word here are shown by their own name. */
export interface ReportWords {
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  readonly titles: Readonly<Record<string, string>>
  readonly tables: Readonly<Record<string, string>>
  readonly columns: Readonly<Record<string, string>>
  /** Fixed values of columns, such as the states of runs. */
  readonly values: Readonly<Record<string, string>>
  readonly period: string
  /** From the first day to the last; `undefined`: open. */
  days(first: string | undefined, last: string | undefined): string
  readonly time_zone: string
  readonly generated: string
  readonly subject: string
  /** Stands for unknown values, and values that belong to nothing. */
  readonly none: string
  readonly no_rows: string
  /** Caption of a chart; `days`: how many days one bar covers. */
  chart(value: string, label: string, days: number): string
  /** How many of the names a chart shows. */
  firstOf(shown: number, all: number): string
  readonly same_in_table: string
  readonly undated: (count: string) => string
  readonly newest: (day: string) => string
  readonly cut: (table: string, shown: string, of: string | undefined) => string
}

const en: ReportWords = {
  locale: 'en',
  direction: 'ltr',
  titles: {
    'project-activity': 'Project activity',
    timeline: 'Timeline',
    'component-usage': 'Component usage',
    'error-analysis': 'Error analysis',
    session: 'Sessions',
    'extraction-progress': 'Extraction progress',
    conversation: 'Conversations with DeniDin',
  },
  tables: {
    rows: 'Figures',
    messages: 'Messages',
    runs: 'Runs',
    total: 'Total',
    people: 'By person',
    chats: 'By chat',
  },
  columns: {
    error_rate_pct: 'error rate',
    dedup_rate_pct: 'dedup rate',
    median_response_seconds: 'median response time',
    p95_response_seconds: 'response time, 95th percentile',
    duration_seconds: 'duration',
    file_size_bytes: 'file size',
    at: 'time',
    sender_name: 'sender',
    errors_count: 'errors',
    new_unique_messages: 'new messages',
  },
  values: {},
  period: 'Period',
  days: (first, last) =>
    first === undefined
      ? last === undefined
        ? 'everything'
        : `up to ${last}`
      : last === undefined
        ? `from ${first}`
        : first === last
          ? first
          : `${first} to ${last}`,
  time_zone: 'Time zone',
  generated: 'Made',
  subject: 'Limited to',
  none: 'none',
  no_rows: 'There is nothing in this period.',
  chart: (value, label, days) => `${capital(value)} by ${days > 1 ? `${String(days)} days` : label}`,
  firstOf: (shown, all) => `the first ${String(shown)} of ${String(all)}`,
  same_in_table: 'the figures are in the table below',
  undated: count =>
    count === '1'
      ? '1 message has no time; it is on no day and is not counted here.'
      : `${count} messages have no time; they are on no day and are not counted here.`,
  newest: day => `The newest message of the archive is of ${day}.`,
  cut: (table, shown, of) =>
    of === undefined
      ? `${table}: only the first ${shown} are shown.`
      : `${table}: the first ${shown} of ${of} are shown.`,
}

const he: ReportWords = {
  locale: 'he',
  direction: 'rtl',
  titles: {
    'project-activity': 'פעילות הפרויקטים',
    timeline: 'ציר הזמן',
    'component-usage': 'שימוש ברכיבים',
    'error-analysis': 'ניתוח שגיאות',
    session: 'שיחות בארכיון',
    'extraction-progress': 'התקדמות הטעינה',
    conversation: 'השיחות עם DeniDin',
  },
  tables: {
    rows: 'נתונים',
    messages: 'הודעות',
    runs: 'ריצות',
    total: 'סך הכול',
    people: 'לפי אדם',
    chats: "לפי צ'אט",
  },
  columns: {
    name: 'שם',
    project: 'פרויקט',
    sessions: 'שיחות',
    messages: 'הודעות',
    errors: 'שגיאות',
    started: 'התחלה',
    last_activity: 'פעילות אחרונה',
    days_active: 'ימי פעילות',
    date: 'תאריך',
    components: 'רכיבים',
    component: 'רכיב',
    occurrences: 'מופעים',
    active_days: 'ימי פעילות',
    error_rate_pct: 'שיעור השגיאות',
    session_id: 'מזהה השיחה',
    started_at: 'התחלה',
    ended_at: 'סיום',
    duration_seconds: 'משך',
    error_count: 'שגיאות',
    affected_sessions: 'שיחות שנפגעו',
    days_with_errors: 'ימים עם שגיאות',
    error_samples: 'דוגמאות',
    at: 'שעה',
    role: 'תפקיד',
    sender_name: 'שולח',
    level: 'רמה',
    content: 'תוכן',
    phase: 'שלב',
    source_type: 'סוג המקור',
    status: 'מצב',
    files: 'קבצים',
    runs: 'ריצות',
    messages_extracted: 'הודעות שנקראו',
    new_unique_messages: 'הודעות חדשות',
    duplicate_messages: 'כפילויות',
    dedup_rate_pct: 'שיעור הכפילויות',
    errors_count: 'שורות שגויות',
    last_run: 'ריצה אחרונה',
    run_id: 'ריצה',
    source_file: 'קובץ המקור',
    file_size_bytes: 'גודל הקובץ',
    lines: 'שורות',
    forgotten_messages: 'הודעות שנשכחו',
    started_by: 'הופעל על ידי',
    completed_at: 'סיום',
    source_unchanged: 'המקור לא השתנה',
    notes: 'הערות',
    answers: 'תשובות',
    median_response_seconds: 'זמן תגובה חציוני',
    p95_response_seconds: 'זמן תגובה, אחוזון 95',
    recalls: 'תשובות עם זיכרון',
    recalled_items: 'פריטי זיכרון',
    input_tokens: 'אסימוני קלט',
    output_tokens: 'אסימוני פלט',
    cost: 'עלות',
    currency: 'מטבע',
    id: 'מזהה',
  },
  values: {
    pending: 'טרם נטען',
    running: 'רץ',
    interrupted: 'הופסק',
    completed: 'הושלם',
    failed: 'נכשל',
    user: 'משתמש',
    assistant: 'עוזר',
    system: 'מערכת',
    tool: 'כלי',
    yes: 'כן',
    no: 'לא',
  },
  period: 'תקופה',
  days: (first, last) =>
    first === undefined
      ? last === undefined
        ? 'הכול'
        : `עד ${last}`
      : last === undefined
        ? `מ־${first}`
        : first === last
          ? first
          : `${first} עד ${last}`,
  time_zone: 'אזור זמן',
  generated: 'הופק',
  subject: 'מוגבל ל',
  none: 'ללא',
  no_rows: 'אין נתונים בתקופה הזאת.',
  chart: (value, label, days) => `${value} לפי ${days > 1 ? `${String(days)} ימים` : label}`,
  firstOf: (shown, all) => `${String(shown)} הראשונים מתוך ${String(all)}`,
  same_in_table: 'הנתונים בטבלה שלמטה',
  undated: count =>
    count === '1'
      ? 'להודעה אחת אין זמן; היא אינה שייכת לשום יום ולא נספרה כאן.'
      : `ל־${count} הודעות אין זמן; הן אינן שייכות לשום יום ולא נספרו כאן.`,
  newest: day => `ההודעה החדשה ביותר בארכיון היא מ־${day}.`,
  cut: (table, shown, of) =>
    of === undefined ? `${table}: מוצגות רק ${shown} הראשונות.` : `${table}: מוצגות ${shown} הראשונות מתוך ${of}.`,
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const WORDS: Readonly<Record<Language, ReportWords>> = { en, he }

/** The words of report pages in a language. */
export const reportWords = (language: Language): ReportWords => WORDS[language]
