/** The subject of a text as stems, without stop words. */
import { emojiIn, questionWordsOf, wordsOf, type Word } from './analyser/analyser.ts'

/** The words that carry the subject of a text, in order, repetitions included. */
export const subjectWords = (text: string): readonly Word[] => wordsOf(text).filter(({ stop }) => !stop)

/** A word to search for. */
export interface AskedWord {
  readonly stem: string
  /** Other forms that a text may contain: any of them counts as the word. */
  readonly also: readonly string[]
}

/** The words that carry a subject, without duplicates. */
export const distinctWords = (words: readonly Word[]): readonly AskedWord[] => {
  const distinct = new Map<string, ReadonlySet<string>>()
  for (const { main, also, stop } of words) {
    if (!stop) distinct.set(main, new Set([...(distinct.get(main) ?? []), ...also]))
  }
  return [...distinct].map(([main, also]) => ({ stem: main, also: [...also] }))
}

/** The words that carry the subject of a text, without duplicates. */
export const subjectsToFind = (text: string): readonly AskedWord[] => distinctWords(wordsOf(text))

/** Whether a text with these forms of words (`formsIn`, `subjectsOf`) contains a word. */
export const containsWord = (forms: ReadonlySet<string>, { stem: main, also }: AskedWord): boolean =>
  forms.has(main) || also.some(each => forms.has(each))

/** Common forms of the words that carry the subject of a text, in order, repetitions included. */
export const subjectStems = (text: string): string[] => subjectWords(text).map(({ main }) => main)

/** Every form of these words: “wi-fi” gives wi, fi and wifi. */
const formsOfWords = (words: readonly Word[]): readonly string[] =>
  words.flatMap(({ main, also, parts }) => [main, ...also, ...parts])

/** All forms of the words that carry the subject of a text, without duplicates. */
export const subjectsOf = (text: string): ReadonlySet<string> => new Set(formsOfWords(subjectWords(text)))

/**
 * Every form under which a question may find a text, including emoji, and neighbouring words as one: “wi fi” as wifi.
 * @param words the words of the text that count; by default those that carry its subject
 */
export const formsIn = (text: string, words: readonly Word[] = subjectWords(text)): ReadonlySet<string> =>
  new Set([
    ...formsOfWords(words),
    ...questionWordsOf(text).flatMap(({ also, stop }) => (stop ? [] : also)),
    ...emojiIn(text),
  ])
