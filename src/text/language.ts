/** Tells the language of a text, and gives DeniDin's own sentences in it. */
import { en } from './strings/en.ts'
import { he } from './strings/he.ts'
import type { Strings } from './strings/strings.ts'

/** Languages that DeniDin speaks itself; the model speaks more. */
export const LANGUAGES = ['en', 'he'] as const
export type Language = (typeof LANGUAGES)[number]

/** The language to answer a text in: Hebrew when most of its letters are Hebrew, else English. */
export const languageOf = (text: string): Language => {
  const hebrew = text.match(/\p{Script=Hebrew}/gu)?.length ?? 0
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  return hebrew * 2 > letters ? 'he' : 'en'
}

const SENTENCES: Readonly<Record<Language, Strings>> = { en, he }

/** DeniDin's own words in a language. */
export const stringsIn = (language: Language): Strings => SENTENCES[language]
