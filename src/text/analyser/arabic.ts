/** A light stemmer for Arabic. Source: L. Larkey, L. Ballesteros and M. Connell, "Light Stemming for Arabic", 2007. */

const PREFIX = /^(?:(?:[وف]?(?:[بك]?ال|لل)|و(?=.{3}))(?=.{2}))/
const SUFFIXES = ['ها', 'ان', 'ات', 'ون', 'ين', 'يه', 'ه', 'ي']
const SHORTEST = 3

/** Letters that Arabic attaches to a word of another script: the, and, in, to, as. */
export const ARABIC_JOINED = /^[وف]?(?:[بلك]?(?:ال)?|لل)$/

/** A folded Arabic word without the article, attached letters and one ending. */
export const stemArabic = (word: string): string => {
  const rest = word.replace(PREFIX, '')
  const ending = SUFFIXES.find(each => rest.endsWith(each) && rest.length - each.length >= SHORTEST)
  return ending === undefined ? rest : rest.slice(0, -ending.length)
}
