/** Detects the language of a text, and provides DeniDin's own sentences in it. */
import { administratorIn } from './strings/administrator.ts'
import { en } from './strings/en.ts'
import { he } from './strings/he.ts'
import type { Strings } from './strings/strings.ts'

/** Languages of DeniDin's own messages; the model speaks more. */
export const LANGUAGES = ['en', 'he'] as const
export type Language = (typeof LANGUAGES)[number]

/** The language in which to answer a text: Hebrew if most of its letters are Hebrew, else English. */
export const languageOf = (text: string): Language => {
  const hebrew = text.match(/\p{Script=Hebrew}/gu)?.length ?? 0
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  return hebrew * 2 > letters ? 'he' : 'en'
}

const SENTENCES: Readonly<Record<Language, Strings>> = { en, he }
const TO_ADMINISTRATOR: Readonly<Record<Language, Strings>> = {
  en: administratorIn.en(en),
  he: administratorIn.he(he),
}

/** DeniDin's own messages in a language, to the administrator or to anyone. */
export const stringsIn = (language: Language, to: 'anyone' | 'administrator' = 'anyone'): Strings =>
  (to === 'administrator' ? TO_ADMINISTRATOR : SENTENCES)[language]
