/** Reduces words to stems: English (Porter) and Hebrew (light). */
import { stemmer } from 'stemmer'

/** Longer ones are addresses, codes or one letter held down: they have no other form. */
const LONGEST_WORD = 100
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
  if (word.length > LONGEST_WORD) return word
  if (/^[a-z]+$/.test(word)) return stemmer(word)
  return /^[א-ת]+$/.test(word) ? stemHebrew(word) : word
}

/** “And”; and a joined letter before “the”, or “the” before a word that begins with its letter. */
const SURELY_JOINED = /^(?:ו(?=.{3})|[הבלמכש](?=ה.{3}))/
/**
 * A joined letter before a word of three letters whose last one looks like an ending (הבית, השנה, לדלת), and
 * “the” before one of four with a plural's (האחות): with its ending gone the word would be too short to lose the letter.
 * Before those in ה the other letters may as well belong to the word (מתנה), but for a few that everybody uses (בשנה).
 */
const JOINED_TO_SHORT =
  /^(?:ה(?=.{2}[הת]$)|[בלמכש](?=.[^ו]ת$)|ה(?=.{2}ות$)|[בלמכש](?=(?:שנה|שעה|קפה|מפה|אשה|כלה|דעה|חיה|פרה)$))/

/** Letters that are joined to one word at most; a longer row of them is not a word, and the rest of it stays. */
const MOST_JOINED = 6

const stemHebrew = (word: string): string => {
  let rest = word
  for (let joined = 0; joined < MOST_JOINED; joined++) {
    const [letter] = SURELY_JOINED.exec(rest) ?? JOINED_TO_SHORT.exec(rest) ?? []
    if (letter === undefined) break
    rest = rest.slice(letter.length)
  }
  return stemAlone(rest)
}

const stemAlone = (word: string): string => {
  const ending = HEBREW_ENDINGS.find(each => word.endsWith(each) && word.length - each.length >= SHORTEST_HEBREW_STEM)
  let start = 0
  const end = word.length - (ending?.length ?? 0)
  while (end - start > SHORTEST_HEBREW_STEM && HEBREW_PREFIXES.has(word.charAt(start))) start++
  return word.slice(start, end)
}
