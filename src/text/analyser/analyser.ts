/**
 * The analyser: splits a text into words for every search and comparison. Indexing and queries both use it, so that
 * they see the same words.
 */
import { fold, inCompatibilityForm, inSmallLetters } from '../fold.ts'
import { stem } from '../stem.ts'
import { isStopWord } from '../stop-words.ts'
import { ARABIC_JOINED, stemArabic } from './arabic.ts'
import { form, type Form } from './form.ts'
import { KnownTokens } from './known-tokens.ts'
import { numbersIn } from './numbers.ts'
import { piecesOf, type Piece } from './pieces.ts'
import { hanForms, hanQuestionForms, isKoreanParticle, koreanForm, segmented } from './unspaced.ts'

/** Increase this whenever words are read differently: indexes that were built with another version are rebuilt. */
export const ANALYSER_VERSION = 2

/** A word of a text. */
export interface Word extends Form {
  /** Whether it is a stop word, which carries no subject of its own. */
  readonly stop: boolean
  /** As written, folded and in lower case. */
  readonly written: string
}

/** Longer words are not words (URLs, codes) and are cut, so that no key grows without bound. */
const LONGEST_WORD = 40
/** A search reads at most this many words of a text; the rest belongs to a document. */
const MOST_WORDS = 5000

/** Characters that join the parts of one word: wi-fi, AT&T, user_name; the maqaf. */
const JOINS = /^[-\u05be\u2010\u2011_&]?$/
const HYPHEN = /^[-\u05be\u2010\u2011]?$/
/** Characters within addresses: dana@example.org. */
const DOTS = /^[.@]$/
/** More parts than this are a sequence of words, or no word at all. */
const MOST_PARTS = 4
const MOST_DOTTED = 8

/** Letters that Hebrew attaches to the next word: and, the, in, to, as, from, that. */
const HEBREW_JOINED = /^[ושהבכלמ]{1,3}$/
const ORDINAL = /^(?:st|nd|rd|th)$/
const SHORT_ENDING = 2

/** The words of a text, in order. Each part of a compound is a word, and may also be written as the whole. */
export const wordsOf = (text: string): readonly Word[] => tokens.wordsOf(text, MOST_WORDS) ?? wordsReadWhole(text)

/** The same without the shorter way over known tokens, which has to find the same words. */
export const wordsReadWhole = (text: string): readonly Word[] => analyse(text, false)

/** The words of a question. A search finds texts that contain them in any of their forms. */
export const questionWordsOf = (question: string): readonly Word[] => analyse(question, true)

const analyse = (text: string, asked: boolean): readonly Word[] => {
  const written = fold(text)
  const reading: Reading = { written, spelled: spellingsIn(text), acronyms: acronymsIn(text), asked }
  const words: Word[] = []
  let before: readonly Piece[] = []
  for (const chunk of chunksOf(inSmallLetters(written))) {
    if (words.length >= MOST_WORDS) break
    const [only] = chunk
    // Most words are single pieces; the rest of the function handles the others.
    if (!asked && chunk.length === 1 && only !== undefined && isPlain(only, reading)) {
      words.push(plainWord(only.text))
      continue
    }
    for (const compound of compoundsOf(withoutJoined(chunk))) {
      const whole = asked ? pairOf(before, compound) : undefined
      const found = wordsIn(compound, reading)
      if (whole === undefined) words.push(...found)
      else words.push(...[...words.splice(-1), ...found].map(each => ({ ...each, also: [...each.also, whole] })))
      before = compound
    }
  }
  return words
}

/** The context in which the words of one text are read. */
interface Reading {
  /** The folded text, with its capitals. */
  readonly written: string
  /** Words with letters that people spell in two ways, by their folded form. */
  readonly spelled: ReadonlyMap<string, string>
  /** Abbreviations with their sign, folded. */
  readonly acronyms: ReadonlySet<string>
  readonly asked: boolean
}

const isPlain = ({ text, script, from, to }: Piece, { written, spelled, acronyms }: Reading): boolean =>
  (script === 'hebrew' && !acronyms.has(text)) ||
  (script === 'latin' && spelled.size === 0 && !HAS_HUMPS.test(written.slice(from, to)))

/** Most pieces that are read together; no word has this many. */
const MOST_PIECES = 50

/** Pieces with nothing but a joining character between them. */
function* chunksOf(lower: string): Generator<readonly Piece[], void> {
  let chunk: Piece[] = []
  for (const piece of piecesOf(lower)) {
    if (chunk.length >= MOST_PIECES || (chunk.length > 0 && !JOINS.test(piece.before) && !DOTS.test(piece.before))) {
      yield chunk
      chunk = []
    }
    chunk.push(piece)
  }
  if (chunk.length > 0) yield chunk
}

/** A chunk without letters that are only attached to the next or previous word: ב in בNetflix, 는 in Netflix는. */
const withoutJoined = (chunk: readonly Piece[]): readonly Piece[] =>
  chunk.length === 1 ? chunk : chunk.filter((piece, at) => !isJoined(piece, chunk[at - 1], chunk[at + 1]))

const isJoined = ({ text, script, before }: Piece, last: Piece | undefined, next: Piece | undefined): boolean => {
  if (next !== undefined && HYPHEN.test(next.before)) {
    if (script === 'hebrew' && HEBREW_JOINED.test(text) && (next.script !== 'hebrew' || next.before !== '')) return true
    if (script === 'arabic' && next.script !== 'arabic' && ARABIC_JOINED.test(text)) return true
  }
  if (last === undefined || before !== '' || last.script === script) return false
  if (script === 'hangul') return isKoreanParticle(text)
  if (script === 'latin') return last.script === 'figures' && ORDINAL.test(text)
  return script === 'cyrillic' && text.length <= SHORT_ENDING
}

const ALPHABETS: ReadonlyMap<Piece['script'], string> = new Map([
  ['latin', 'latin'],
  ['figures', 'latin'],
])

/** Splits a chunk into compounds: a new one begins where the script changes. */
const compoundsOf = (chunk: readonly Piece[]): readonly (readonly Piece[])[] => {
  const compounds: Piece[][] = []
  let alphabet = ''
  for (const piece of chunk) {
    const own = ALPHABETS.get(piece.script) ?? piece.script
    if (own === alphabet) compounds.at(-1)?.push(piece)
    else compounds.push([piece])
    alphabet = own
  }
  return compounds
}

const wordsIn = (compound: readonly Piece[], reading: Reading): readonly Word[] => {
  const [only] = compound
  if (compound.length === 1 && only !== undefined) return pieceWords(only, reading)
  const dotted = compound.slice(1).some(({ before }) => DOTS.test(before))
  const whole = compound.map(({ text, before }, at) => (dotted && at > 0 ? before : '') + text).join('')
  if (
    compound.every(
      ({ text, script, before }, at) => script === 'latin' && text.length === 1 && (at === 0 || before === '.'),
    )
  ) {
    return [wordOf(form(whole.replaceAll('.', '')), whole)]
  }
  const code = reading.asked ? codeOf(compound) : undefined
  if (code !== undefined) return [code]
  const words = compound.flatMap(piece => pieceWords(piece, reading))
  if (compound.some(({ text }) => text.includes(' '))) return words
  const glued = compound.slice(1).every(({ before }) => before === '')
  if (compound.length > (dotted ? MOST_DOTTED : MOST_PARTS)) return glued ? [wordOf(form(stemOf(whole)), whole)] : words
  // “Covid19” is one word that contains two; “5km” is two words.
  if (glued && !reading.asked && (only?.script === 'latin' || compound.length > 2)) {
    return [
      wordOf(
        form(
          stemOf(whole),
          [],
          words.flatMap(({ main, also, stop }) => (stop ? [] : [main, ...also])),
        ),
        whole,
      ),
    ]
  }
  // Node.js, nodejs.
  const wholes = [...new Set(dotted ? [cut(whole), stemOf(whole.replace(/[.@]/g, ''))] : [stemOf(whole)])]
  // “On-off”: stop words may have a meaning together.
  return words.every(each => each.stop)
    ? [...words, ...wholes.map(each => wordOf(form(each), each))]
    : words.map(each => ({ ...each, also: [...each.also, ...wholes] }))
}

const SHORT_LETTERS = 2
const TELLING_FIGURES = 3

/** A code in a question, such as B12, BL2291, H2O: its few letters say nothing alone, nor do short figures. */
const codeOf = (compound: readonly Piece[]): Word | undefined => {
  const isPart = ({ text, script, before }: Piece, at: number): boolean =>
    (at === 0 || before === '') && (script === 'figures' ? /^\d+$/.test(text) : text.length <= SHORT_LETTERS)
  if (compound[0]?.script !== 'latin' || !compound.every(isPart)) return undefined
  const [, figures, ...more] = compound
  const telling = figures !== undefined && more.length === 0 && figures.text.length >= TELLING_FIGURES
  const whole = compound.map(({ text }) => text).join('')
  return wordOf(form(cut(whole), telling ? [figures.text] : []), whole)
}

const pieceWords = (piece: Piece, { written, spelled, acronyms, asked }: Reading): readonly Word[] => {
  const { text, script, half, from, to } = piece
  switch (script) {
    case 'figures':
      return numbersIn(text, half).map(each => wordOf(each, each.main))
    case 'han':
      return asked
        ? segmented(text).flatMap(each => hanQuestionForms(each).map(one => wordOf(one, each)))
        : hanForms(text).map(one => wordOf(one, one.main))
    case 'segmented':
      return segmented(text).map(each => wordOf(form(cut(each)), each))
    case 'hangul':
      return [wordOf(koreanForm(cut(text)), text)]
    case 'latin':
      return latinWords(piece, written.slice(from, to), { hashtag: written.charAt(from - 1) === '#', spelled })
    default:
      // עו״ד is not עוד.
      return [acronyms.has(text) ? { ...plainWord(text), stop: false } : plainWord(text)]
  }
}

const HUMP = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g
const HAS_HUMPS = /[a-z][A-Z]/
const SHORTEST_HUMP = 2
const MOST_HUMPS = 5

/**
 * A word in Latin letters. With capitals inside (`GitHub`), a text also contains its parts; a question with a hashtag
 * asks for its parts.
 */
const latinWords = (
  { text }: Piece,
  capitals: string,
  { hashtag, spelled }: Pick<Reading, 'spelled'> & { readonly hashtag: boolean },
): readonly Word[] => {
  const main = stemOf(text)
  const other = spelled.get(text)
  const also = other === undefined ? [] : [stemOf(other)]
  if (!HAS_HUMPS.test(capitals)) return [wordOf(form(main, also), text)]
  const humps = (capitals.match(HUMP) ?? []).map(each => each.toLowerCase())
  if (humps.length > MOST_HUMPS || humps.some(each => each.length < SHORTEST_HUMP))
    return [wordOf(form(main, also), text)]
  const parts = humps.filter(each => !isStopWord(each))
  if (!hashtag || parts.length === 0) return [wordOf(form(main, also, parts.map(stemOf)), text)]
  return parts.map(each => wordOf(form(stemOf(each), [main, ...also]), each))
}

/** Two neighbouring words of a question as one, for texts that write them so: ice cream, check in. */
const pairOf = ([one, ...more]: readonly Piece[], [other, ...others]: readonly Piece[]): string | undefined =>
  one === undefined || other?.before !== ' ' || more.length + others.length > 0 || !mayJoin(one, other)
    ? undefined
    : stemOf(one.text + other.text)

const SHORTEST_PAIR = 4
const LONGEST_PAIR = 16
const PARTICLE = /^(?:in|out|up|off|on|over|down|back|away)$/

const mayJoin = (one: Piece, other: Piece): boolean => {
  if (one.script !== 'latin' || isStopWord(one.text)) return false
  // B 12, B12.
  if (other.script === 'figures') return one.text.length <= SHORT_LETTERS && /^\d+$/.test(other.text)
  const letters = one.text.length + other.text.length
  if (other.script !== 'latin' || letters < SHORTEST_PAIR || letters > LONGEST_PAIR) return false
  return !isStopWord(other.text) || PARTICLE.test(other.text)
}

const wordOf = ({ main, also, parts }: Form, text: string): Word => ({
  main,
  also,
  parts,
  stop: isStopWord(text),
  written: text,
})

const cut = (word: string): string => word.slice(0, LONGEST_WORD)

const stemOf = (word: string): string => plainWord(word).main

/** A cache of the most recent words: few words make up most of what people write. */
const plainWords = new Map<string, Word>()
const MOST_KEPT = 20_000

/** A word without other forms. */
const plainWord = (text: string): Word => {
  const known = plainWords.get(text)
  if (known !== undefined) return known
  const word = wordOf(form(cut(/^\p{sc=Arab}/u.test(text) ? stemArabic(text) : stem(text))), text)
  if (text.length > LONGEST_WORD) return word
  if (plainWords.size >= MOST_KEPT) plainWords.clear()
  plainWords.set(text, word)
  return word
}

const TWO_SPELLINGS = /[äöüøåÄÖÜØÅ]/
const LETTERS = /[\p{L}\p{M}]+/gu
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['ä', 'ae'],
  ['ö', 'oe'],
  ['ü', 'ue'],
  ['ø', 'oe'],
  ['å', 'aa'],
])

const NO_SPELLINGS: ReadonlyMap<string, string> = new Map()

/** Words with ä, ö, ü, ø or å, by their folded form, and how they are written without these keys: Müller, Mueller. */
const spellingsIn = (text: string): ReadonlyMap<string, string> => {
  if (!TWO_SPELLINGS.test(text) && !text.includes('\u0308')) return NO_SPELLINGS
  const spelled =
    inCompatibilityForm(text)
      .match(LETTERS)
      ?.filter(each => TWO_SPELLINGS.test(each)) ?? []
  return new Map(
    spelled.map(word => {
      const lower = word.toLowerCase()
      return [fold(lower), fold(lower.replace(/[äöüøå]/g, letter => SPELLINGS.get(letter) ?? letter))]
    }),
  )
}

const NO_ACRONYMS: ReadonlySet<string> = new Set()
const ACRONYM_SIGN = /["״“”][א-ת](?![א-ת])/g
const BEFORE_SIGN = /[א-ת]{1,6}$/
const MOST_BEFORE_SIGN = 6

/** Hebrew abbreviations: a sign before the last letter. */
const acronymsIn = (text: string): ReadonlySet<string> => {
  if (!/[א-ת]["״“”][א-ת]/.test(text)) return NO_ACRONYMS
  const found = [...text.matchAll(ACRONYM_SIGN)].flatMap(({ 0: end, index }) => {
    const beginning = BEFORE_SIGN.exec(text.slice(Math.max(0, index - MOST_BEFORE_SIGN), index))?.[0]
    return beginning === undefined ? [] : [fold(beginning + end)]
  })
  return new Set(found)
}

/** What was read last. A Hebrew abbreviation may be written like a word without a subject: then that word says something. */
const tokens = new KnownTokens(token => ({
  words: wordsReadWhole(token),
  changes_others: [...acronymsIn(token)].some(isStopWord),
}))

const MAY_HAVE_EMOJI = /[\u00a9\u00ae\u203c-\u3299\ud83c-\ud83f]/
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}/gu
const LETTER_OR_FIGURE = /[\p{L}\p{N}]/u

/** Emoji of a text, without duplicates. */
export const emojiIn = (text: string): readonly string[] =>
  MAY_HAVE_EMOJI.test(text) ? [...new Set(text.match(EMOJI) ?? [])] : []

/** Emoji of a text that contains nothing else. */
export const emojiAlone = (text: string): readonly string[] => (LETTER_OR_FIGURE.test(text) ? [] : emojiIn(text))
