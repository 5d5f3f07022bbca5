/** Caches the words of messages and facts that are compared turn after turn, so that each text is analysed once. */
import type { LRUCache } from 'lru-cache'
import { lru } from '../../platform/lru.ts'
import { containsWord, subjectsOf, subjectsToFind, type AskedWord } from '../../text/content-stems.ts'

/** Texts of each kind that are cached, most recently used. */
const REMEMBERED_TEXTS = 500

export class SaidWords {
  readonly #forms = lru<string, ReadonlySet<string>>(REMEMBERED_TEXTS)
  readonly #asked = lru<string, readonly AskedWord[]>(REMEMBERED_TEXTS)

  /** Whether a text contains every subject word of a fact, except those in `ignored`. */
  sayAll(text: string, fact: string, ignored: ReadonlySet<string>): boolean {
    const forms = remembered(this.#forms, text, subjectsOf)
    return remembered(this.#asked, fact, subjectsToFind).every(
      each => containsWord(forms, each) || ignored.has(each.stem),
    )
  }
}

const remembered = <T extends object>(texts: LRUCache<string, T>, text: string, read: (text: string) => T): T => {
  const known = texts.get(text)
  if (known !== undefined) return known
  const words = read(text)
  texts.set(text, words)
  return words
}
