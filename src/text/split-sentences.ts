/** Cuts texts into sentences. */

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
/** Bullets and numbers before a list item. */
const BULLET = /^\s*(?:[-*•–]|\d{1,2}[.)])\s+/
/** Characters at the end of a sentence that decide whether it ends there. */
const END_CHARACTERS = 8
/** Short words before a full stop that does not end a sentence. */
const ABBREVIATION = /(?:^|\s)(?:mr|mrs|ms|dr|prof|st|no|vs|e\.g|i\.e|\p{Lu})\.$/iu

/**
 * Sentences of a text, trimmed and without list bullets; every line ends one. Works for any language that marks the
 * end of its sentences (Unicode Text Segmentation, UAX 29).
 */
export const splitSentences = (text: string): string[] =>
  text.split('\n').flatMap(line => joinAbbreviations(segmentsOf(line.replace(BULLET, ''))))

const segmentsOf = (line: string): string[] =>
  Array.from(segmenter.segment(line), each => each.segment.trim()).filter(each => each !== '')

const joinAbbreviations = (segments: readonly string[]): string[] => {
  const sentences: string[][] = []
  for (const segment of segments) {
    const open = sentences.at(-1)
    if (open !== undefined && ABBREVIATION.test((open.at(-1) ?? '').slice(-END_CHARACTERS))) open.push(segment)
    else sentences.push([segment])
  }
  return sentences.map(each => each.join(' '))
}
