/** Cuts texts into sentences. */
import { once } from '../platform/once.ts'

const segmenter = once(() => new Intl.Segmenter('en', { granularity: 'sentence' }))
/** Bullets and numbers before a list item. */
const BULLETS = /(?<=^|\n)[^\S\n]{0,100}(?:[-*•–]|\d{1,2}[.)])[^\S\n]+/g
const LINE_END = /\n$/
/** Characters at the end of a segment that decide whether the sentence ends there. */
const END_CHARACTERS = 8
/** Short words before a full stop that does not end a sentence. */
const ABBREVIATION = /(?:^|\s)(?:mr|mrs|ms|dr|prof|st|no|vs|e\.g|i\.e|\p{Lu})\.$/iu

/**
 * Sentences of a text, trimmed and without list bullets; every line break ends one. Works for any language that marks
 * the end of its sentences (Unicode Text Segmentation, UAX 29).
 */
export const splitSentences = (text: string): string[] => {
  const sentences: string[] = []
  /** Segments of a sentence that continues after an abbreviation. */
  let open: string[] = []
  // One pass over all lines: a separate segmenter call for each line would be many times slower.
  for (const { segment } of segmenter().segment(text.replace(BULLETS, ''))) {
    const words = segment.trim()
    if (words !== '') open.push(words)
    const ends = LINE_END.test(segment) || !ABBREVIATION.test(words.slice(-END_CHARACTERS))
    if (!ends || open.length === 0) continue
    sentences.push(open.join(' '))
    open = []
  }
  return open.length === 0 ? sentences : [...sentences, open.join(' ')]
}
