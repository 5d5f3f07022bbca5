import { stem } from './stem.ts'
import { isStopWord } from './stop-words.ts'
import { tokenise } from './tokenise.ts'

/** Stems of the words of a text that carry a subject. */
export const subjectsOf = (text: string): ReadonlySet<string> =>
  new Set(
    tokenise(text)
      .filter(word => !isStopWord(word))
      .map(stem),
  )
