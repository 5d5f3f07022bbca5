/** Answers to `/backup`, in all languages. */
import { many } from './hebrew-counts.ts'
import type { CommandStrings } from './strings.ts'

const MB = 2 ** 20

/** Megabytes with one digit after the point. */
const megabytes = (bytes: number): string => (bytes / MB).toFixed(1)

export const BACKUP_ANSWERS: Readonly<Record<'en' | 'he', CommandStrings['backup']>> = {
  en: {
    help: 'back up all data',
    made: ({ messages, bytes, new_bytes }) =>
      `The backup is complete: ${messages === 1 ? 'one message' : `${String(messages)} messages`}, ${megabytes(bytes)} MB, of which ${megabytes(new_bytes)} MB are new.`,
    running: percent =>
      `The backup is running${percent === null ? '' : ` (${String(percent)} %)`}. Send /backup again to see its result.`,
    failed: problem => `The backup failed: ${problem}`,
  },
  he: {
    help: 'לגבות את כל הנתונים',
    made: ({ messages, bytes, new_bytes }) =>
      `הגיבוי הושלם: ${many(messages, 'הודעה אחת', 'הודעות')}, ${megabytes(bytes)} מ״ב, מתוכם ${megabytes(new_bytes)} מ״ב חדשים.`,
    running: percent =>
      `הגיבוי מתבצע${percent === null ? '' : ` (${String(percent)}%)`}. אפשר לשלוח שוב /backup כדי לראות את התוצאה.`,
    failed: problem => `הגיבוי נכשל: ${problem}`,
  },
}
