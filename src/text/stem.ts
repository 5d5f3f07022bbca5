import { stemmer } from 'stemmer'

/** A Hebrew stem is left at least this many letters: most roots have three. */
const SHORTEST_HEBREW_STEM = 3
/** Endings of number, gender, person and possession; the first that fits is taken. */
const HEBREW_ENDINGS = ['יהמ', 'יהנ', 'ינו', 'ימ', 'ות', 'תי', 'יי', 'נו', 'יה', 'י', 'ה', 'ת']
/** Letters that join the word behind them: and, the, in, to, as, from, that. */
const HEBREW_PREFIXES = new Set('והבלכמש')

/**
 * The common form of a word as `tokenise` gives it: Porter's algorithm for English; for Hebrew one ending and then
 * every joined prefix letter are taken off while three letters remain (a light stemmer: forms of one word meet, at the
 * price that some different words meet too). Other words stay as they are.
 * Source: M. F. Porter, "An algorithm for suffix stripping", 1980.
 */
export const stem = (word: string): string => {
  if (/^[a-z]+$/.test(word)) return stemmer(word)
  return /^[א-ת]+$/.test(word) ? stemHebrew(word) : word
}

const stemHebrew = (word: string): string => {
  const ending = HEBREW_ENDINGS.find(each => word.endsWith(each) && word.length - each.length >= SHORTEST_HEBREW_STEM)
  let start = 0
  const end = word.length - (ending?.length ?? 0)
  while (end - start > SHORTEST_HEBREW_STEM && HEBREW_PREFIXES.has(word.charAt(start))) start++
  return word.slice(start, end)
}
