/** The subject of a text as stems, without stop words. */
import { emojiIn, questionWordsOf, wordsOf, type Word } from './analyser/analyser.ts'

/** The words of a text that carry its subject, in their order, repetitions included. */
export const subjectWords = (text: string): readonly Word[] => wordsOf(text).filter(({ stop }) => !stop)

/** Common forms of the words of a text that carry its subject, in their order, repetitions included. */
export const subjectStems = (text: string): string[] => subjectWords(text).map(({ main }) => main)

/** All forms of these words, each once: “wi-fi” is wi, fi and wifi. */
export const subjectsOf = (text: string): ReadonlySet<string> =>
  new Set(subjectWords(text).flatMap(({ main, also, parts }) => [main, ...also, ...parts]))

/**
 * Every form under which a question may find a text, stop words and emoji included, and neighbouring words as one: “wi fi”
 * is wifi too.
 */
export const formsIn = (text: string): ReadonlySet<string> =>
  new Set([
    ...wordsOf(text).flatMap(({ main, also, parts }) => [main, ...also, ...parts]),
    ...questionWordsOf(text).flatMap(({ also }) => also),
    ...emojiIn(text),
  ])
