/** What DeniDin says to its administrator where it refers other people to that person. */
import type { Strings } from './strings.ts'

type Referring = Pick<Strings, 'model_rejected' | 'model_out_of_credit' | 'something_went_wrong'> & {
  /** A long export was written into a file. */
  readonly exported: (file: string) => string
}

const EN: Referring = {
  model_rejected: "I can't answer: my language model refuses to work for me. “denidin doctor” says what to change.",
  model_out_of_credit:
    "I can't answer right now: my account with the language model has no credit left. I answer again once you have added some.",
  something_went_wrong:
    'Something went wrong on my side. Please try again; if it happens again, my log has the reason.',
  exported: file =>
    `I wrote everything I have stored about you into a file. It is too long for this chat: look in my data folder for ${file}`,
}

const HE: Referring = {
  model_rejected: 'אני לא יכול לענות: מודל השפה שלי מסרב לעבוד בשבילי. הפקודה denidin doctor אומרת מה לתקן.',
  model_out_of_credit: 'אני לא יכול לענות כרגע: נגמרה היתרה בחשבון שלי אצל ספק מודל השפה. אענה שוב אחרי שתוסיפו לה.',
  something_went_wrong: 'משהו השתבש אצלי. אפשר לנסות שוב; אם זה חוזר, הסיבה כתובה ביומן שלי.',
  exported: file =>
    `כתבתי את כל מה ששמור אצלי לגביך לתוך קובץ. הוא ארוך מדי לצ'אט הזה, ונמצא בתיקיית הנתונים שלי: ${file}`,
}

const toAdministrator = (strings: Strings, { exported, ...sentences }: Referring): Strings => ({
  ...strings,
  ...sentences,
  commands: { ...strings.commands, export: { ...strings.commands.export, done: exported } },
})

export const administratorIn = {
  en: (strings: Strings): Strings => toAdministrator(strings, EN),
  he: (strings: Strings): Strings => toAdministrator(strings, HE),
} as const
