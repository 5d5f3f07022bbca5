/** Finds the names of products in a text that tasks may be about (`platforms.txt`). */
import { once } from '../platform/once.ts'
import { withoutFinalForms } from './fold.ts'
import { lexiconWords } from './lexicons/lexicon.ts'

/** A name in English or Hebrew text; in Hebrew with an attached letter or a word before it. */
const pattern = once(
  () =>
    new RegExp(
      `(?<![\\p{Script=Latin}\\p{N}])(?:[בלהמ]|של )?(${lexiconWords('platforms')
        .map(name => withoutFinalForms(name).replace(/[.]/g, '\\.').replace(/-/g, '[ -]'))
        .join('|')})(?![\\p{L}\\p{N}])`,
      'giu',
    ),
)

/**
 * The platforms that a text names, without duplicates.
 * @param text in lower case, and with Hebrew final letters in their common form (`withoutFinalForms`)
 */
export const platformsIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(pattern())].map(([, name = '']) => name.replaceAll(' ', '-'))),
]
