/** Reduces words to stems: English (Porter) and Hebrew (light). */
import { stemmer } from 'stemmer'
import { once } from '../platform/once.ts'
import { lexiconLines } from './lexicons/lexicon.ts'
import { tokenise } from './tokenise.ts'

/** Longer words are URLs, codes or one repeated letter: they have no other form. */
const LONGEST_WORD = 100
/** A Hebrew stem keeps at least this many letters: most roots have three. */
const SHORTEST_HEBREW_STEM = 3
/** Endings for number, gender, person and possession; the first match is removed. */
const HEBREW_ENDINGS = ['יהמ', 'יהנ', 'ינו', 'ימ', 'ות', 'תי', 'יי', 'נו', 'יה', 'י', 'ה', 'ת']
/** Letters that are attached to the next word: and, the, in, to, as, from, that. */
const HEBREW_PREFIXES = new Set('והבלכמש')

/**
 * The common form of a word from `tokenise`: Porter's algorithm for English. For Hebrew, one ending and then every
 * attached prefix letter are removed as long as three letters remain. This is a light stemmer: forms of one word get
 * one stem, at the price that some different words do too. Other words stay unchanged. Source: M. F. Porter, "An
 * algorithm for suffix stripping", 1980.
 */
export const stem = (word: string): string => {
  if (word.length > LONGEST_WORD) return word
  if (/^[a-z]+$/.test(word)) return stemmer(word)
  return /^[א-ת]+$/.test(word) ? stemHebrew(word) : word
}

/** “And”; and an attached letter before “the”, or “the” before a word that begins with its letter. */
const SURELY_JOINED = /^(?:ו(?=.{3})|[הבלמכש](?=ה.{3}))/
/**
 * An attached letter before a word of three letters whose last one looks like an ending (הבית, השנה, לדלת), and “the”
 * before one of four with a plural ending (האחות): without its ending the word would be too short to lose the letter.
 * Before words in ה the other letters may just as well belong to the word (מתנה), except in a few very common ones
 * (בשנה).
 */
const JOINED_TO_SHORT =
  /^(?:ה(?=.{2}[הת]$)|[בלמכש](?=.[^ו]ת$)|ה(?=.{2}ות$)|[בלמכש](?=(?:שנה|שעה|קפה|מפה|אשה|כלה|דעה|חיה|פרה)$))/

/** Most letters that are attached to one word; a longer sequence of them is not a word, and the rest of it stays. */
const MOST_JOINED = 6

/** A letter that full spelling doubles, yod at the end of a stem: קריית, קרית; טלוויזיה, טלויזיה. */
const DOUBLED = /(?<=.)(?:י(?=י.?$)|ו(?=ו.))/g

const stemHebrew = (word: string): string => {
  const found = stemOneSpelling(word)
  return spellings().get(found) ?? found
}

/** Stems of other spellings → the stem of the usual one. */
const spellings = once(
  (): ReadonlyMap<string, string> =>
    new Map(
      lexiconLines('spellings')
        .map(line => tokenise(line).map(stemOneSpelling))
        .flatMap(([usual = '', ...others]) => others.map(each => [each, usual] as const)),
    ),
)

const stemOneSpelling = (word: string): string => {
  let rest = word
  for (let joined = 0; joined < MOST_JOINED; joined++) {
    const [letter] = SURELY_JOINED.exec(rest) ?? JOINED_TO_SHORT.exec(rest) ?? []
    if (letter === undefined) break
    rest = rest.slice(letter.length)
  }
  return stemAlone(rest).replace(DOUBLED, '')
}

const stemAlone = (word: string): string => {
  const ending = HEBREW_ENDINGS.find(each => word.endsWith(each) && word.length - each.length >= SHORTEST_HEBREW_STEM)
  let start = 0
  const end = word.length - (ending?.length ?? 0)
  while (end - start > SHORTEST_HEBREW_STEM && HEBREW_PREFIXES.has(word.charAt(start))) start++
  return word.slice(start, end)
}
