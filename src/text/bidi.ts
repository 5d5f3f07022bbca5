/** Keeps mixed Hebrew (or Arabic) and Latin lines readable: a phone takes a line's direction from its first letter. */

const RIGHT_TO_LEFT_LETTER = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u
const LETTER = /\p{L}/u
const EVERY_LETTER = /\p{L}/gu
/** Right-to-left mark and left-to-right mark: invisible letters with a direction. */
const RLM = '\u200f'
const LRM = '\u200e'
const MARK = /[\u200e\u200f]/

const FENCE = '```'
/** Markup that WhatsApp must find at the beginning of a line: the directional mark comes after it. */
const STRUCTURE = /^(?:> )?[ \t]*(?:[•◦▪☐☑-] |\d+[.)] )?[*_~]*/
const ITEM = /^(?:> )?[ \t]*(?:[•◦▪☐☑-] |\d+[.)] )/
/** Code and addresses: people copy them, so they must contain nothing invisible. */
const UNTOUCHED = /(`[^`\n]+`|https?:\/\/\S+)/i
/**
 * Sequences that a right-to-left line would tear apart: `+972…`, `-5`, `/help`, `C++`. A Latin sign belongs to its
 * word.
 */
const SIGN_BEFORE = /(?<![\p{L}\p{N}_/:.\u200e])(?=[+\-−/#@][\p{Script=Latin}\p{N}])/gu
const SIGN_BEHIND = /(?<=[\p{Script=Latin}\p{N}][+#]{1,4})(?![+#\p{L}\p{N}\u200e])/gu
const ENDS_IN_WORD = /[\p{L}\p{N}]$/u

type Direction = 'left' | 'right'

/**
 * Adds directional marks where the first letter of a line gives the wrong direction, judged by the letters of the whole
 * text. In a Hebrew text every line with Hebrew, every list item and the first line run from right to left; in another
 * text each line runs as most of its own letters do. Code and addresses are not changed, nor is a text without any
 * right-to-left letter. Safe to repeat. Source: Unicode Standard Annex #9, rules P2 and P3.
 */
export const withDirection = (text: string): string => {
  if (!RIGHT_TO_LEFT_LETTER.test(text)) return text
  let inCode = false
  let first = true
  const direction = directionOf(text)
  return text
    .split('\n')
    .map(line => {
      const fence = line.trimEnd() === FENCE
      if (fence) inCode = !inCode
      if (fence || inCode) return line
      const isFirst = first
      first &&= !LETTER.test(line)
      if (MARK.test(line)) return line
      if (direction === 'right') return toTheRight(line, isFirst)
      return directionOf(line) === 'right' ? toTheRight(line, false) : toTheLeft(line)
    })
    .join('\n')
}

/** The direction of most letters, ignoring code and addresses. */
const directionOf = (text: string): Direction => {
  const words = text.replace(/^```$[\s\S]*?^```$/gm, '').split(UNTOUCHED)
  const letters =
    words
      .filter((_, index) => index % 2 === 0)
      .join('')
      .match(EVERY_LETTER) ?? []
  return letters.filter(each => RIGHT_TO_LEFT_LETTER.test(each)).length * 2 > letters.length ? 'right' : 'left'
}

const firstLetterRunsRight = (line: string): boolean | undefined => {
  const letter = LETTER.exec(line)?.[0]
  return letter === undefined ? undefined : RIGHT_TO_LEFT_LETTER.test(letter)
}

const marked = (line: string, mark: string): string => line.replace(STRUCTURE, structure => `${structure}${mark}`)

const toTheRight = (line: string, first: boolean): string => {
  const mixed = RIGHT_TO_LEFT_LETTER.test(line)
  const runsRight = firstLetterRunsRight(line)
  if (!mixed && !ITEM.test(line) && !(first && runsRight === false)) return line
  const signed = line
    .split(UNTOUCHED)
    .map((each, index) => (index % 2 === 0 ? withSigns(each) : each))
    .join('')
  const turned = runsRight === true ? signed : marked(signed, RLM)
  // The full stop of a sentence that is Latin up to its end belongs after it.
  return mixed || ENDS_IN_WORD.test(turned) ? turned : `${turned}${LRM}`
}

const withSigns = (text: string): string => text.replace(SIGN_BEFORE, LRM).replace(SIGN_BEHIND, LRM)

const toTheLeft = (line: string): string => (firstLetterRunsRight(line) === true ? marked(line, LRM) : line)
