import { en } from './en.ts'
import { he } from './he.ts'
import type { Sentences } from './sentences.ts'

/** Languages that DeniDin speaks itself; the model speaks more. */
export type Language = 'en' | 'he'

/** The language to answer a text in: Hebrew when most of its letters are Hebrew, else English. */
export const languageOf = (text: string): Language => {
  const hebrew = text.match(/\p{Script=Hebrew}/gu)?.length ?? 0
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  return hebrew * 2 > letters ? 'he' : 'en'
}

const SENTENCES: Readonly<Record<Language, Sentences>> = { en, he }

/** DeniDin's own words in a language. */
export const sentencesIn = (language: Language): Sentences => SENTENCES[language]
