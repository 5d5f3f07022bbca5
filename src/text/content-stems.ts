/** The subject of a text as stems, without stop words. */
import { stem } from './stem.ts'
import { isStopWord } from './stop-words.ts'
import { tokenise } from './tokenise.ts'

/** Words longer than this are no words (addresses of pages, codes) and are cut, so that no key grows without bound. */
const LONGEST_WORD = 40

/** Common forms of the words of a text that carry its subject, in their order, repetitions included. */
export const subjectStems = (text: string): string[] =>
  tokenise(text)
    .filter(word => !isStopWord(word))
    .map(word => stem(word).slice(0, LONGEST_WORD))

/** The same, each once. */
export const subjectsOf = (text: string): ReadonlySet<string> => new Set(subjectStems(text))
