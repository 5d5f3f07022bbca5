/** The names of components and their states in Hebrew, for alerts. */
import { isMeasure } from '../../platform/measure-names.ts'

const COMPONENTS: Readonly<Record<string, string>> = {
  alerts: 'ההתראות',
  api: 'ממשק ה-API',
  archive: 'הארכיון',
  'automatic expiry': 'שיעור השיחות שמסתיימות מעצמן',
  'background work': 'העבודה ברקע',
  backups: 'הגיבויים',
  clock: 'השעון',
  console: 'המסוף',
  conversations: 'השיחות',
  'data folder': 'תיקיית הנתונים',
  database: 'מסד הנתונים',
  delivery: 'שליחת התשובות',
  'denidin.log': 'היומן',
  disk: 'הדיסק',
  'error rate': 'שיעור השגיאות',
  'embedding model': 'מודל ההטמעה',
  'erasure log': 'יומן המחיקות',
  erasures: 'המחיקות',
  'full-text index': 'אינדקס החיפוש',
  knowledge: 'תיקיות הידע',
  'language model': 'מודל השפה',
  learning: 'הלמידה',
  'memory_audit.log': 'יומן הביקורת',
  limits: 'המכסות',
  memory: 'הזיכרון',
  'memory size': 'גודל הזיכרון',
  output: 'הפלט של ההפעלה',
  'personal limits': 'המכסות האישיות',
  'budget usage log': 'יומן השימוש בתקציבים',
  'response time': 'זמן התגובה',
  rollout: 'ההפעלה ההדרגתית',
  schedule: 'המשימות המתוזמנות',
  sessions: 'קובצי השיחות',
  'session count': 'מספר השיחות הפעילות',
  'vector store': 'מאגר הווקטורים',
  uptime: 'שיעור הזמן שבו הבוט פועל',
  whatsapp: 'החיבור לוואטסאפ',
}

/** Names that are not in the list are names of programs, which are the same in every language. */
export const nameOf = (component: string): string => COMPONENTS[component] ?? component

/** Without a verb or an adjective, which would need the gender and the number of the name. */
const IN_TROUBLE = { degraded: 'בפעולה חלקית', down: 'לא בפעולה' }

/** The names of all measures are masculine. */
export const stateText = (component: string, state: keyof typeof IN_TROUBLE): string =>
  isMeasure(component) ? 'חורג מהגבול' : IN_TROUBLE[state]
