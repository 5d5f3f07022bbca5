/** Detects the language of a text, and provides DeniDin's own sentences in it. */
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

/** DeniDin's own messages in a language. */
export const stringsIn = (language: Language): Strings => SENTENCES[language]
