/** Words of scripts without spaces between them: Chinese, Japanese, Thai, Lao, Khmer, Burmese; and Korean words. */
import { once } from '../../platform/once.ts'
import { isStopWord } from '../stop-words.ts'
import { form, type Form } from './form.ts'

/** Letters of scripts without spaces between words. */
export const UNSPACED = /[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u

const words = once(() => new Intl.Segmenter('und', { granularity: 'word' }))

/** Longer sequences without punctuation are cut: a segmenter looks ahead to the end of a sequence. */
const ROW_CHARACTERS = 500
/** Most characters of one sequence that are read. */
const LONGEST_TEXT = 10_000

function* rowsOf(text: string): Generator<string, void> {
  for (let at = 0; at < Math.min(text.length, LONGEST_TEXT); at += ROW_CHARACTERS)
    yield text.slice(at, at + ROW_CHARACTERS)
}

/** The words of a sequence of letters, split by a dictionary. */
export const segmented = (text: string): readonly string[] =>
  [...rowsOf(text)].flatMap(row => [...words().segment(row)].map(({ segment }) => segment))

const HAN = /\p{scx=Hani}/u

/**
 * A Chinese or Japanese text: every two neighbouring characters count as a word, and each single character may be one.
 * Word boundaries depend on the surrounding words, and those of a question differ.
 */
export const hanForms = (text: string): readonly Form[] => {
  const characters = Array.from(text.slice(0, LONGEST_TEXT))
  if (characters.length === 1) return [form(text)]
  return characters.slice(1).map((second, at) => {
    const first = characters[at] ?? ''
    const parts = [first, ...(at === characters.length - 2 ? [second] : [])].filter(each => HAN.test(each))
    return form(first + second, [], parts)
  })
}

/**
 * A Chinese or Japanese word of a question: by every two characters; by one character if it is a word in itself, or if
 * the other one says nothing.
 */
export const hanQuestionForms = (word: string): readonly Form[] => {
  const characters = Array.from(word)
  if (characters.length === 1) return HAN.test(word) ? [form(word)] : []
  const telling = characters.filter(each => HAN.test(each) && !isStopWord(each))
  const also = characters.length === 2 && telling.length === 1 ? telling : []
  return characters.slice(1).map((second, at) => form(`${characters[at] ?? ''}${second}`, also))
}

/** Korean particles after a consonant, after a vowel, and after any word; the longest first. */
const AFTER_CONSONANT = ['이에요', '이랑', '으로', '은', '이', '을', '과']
const AFTER_VOWEL = ['예요', '랑', '는', '가', '를', '와', '로']
const AFTER_ANY =
  '입니다 에서는 에게서 한테서 까지 부터 에서 에게 한테 처럼 보다 하고 이나 에는 에도 에 의 도 만 께'.split(' ')
const FIRST_SYLLABLE = 0xac00
const FINALS = 28
const MOST_PARTICLES = 3
/** A one-letter particle that may just as well be the end of a short word is left on it. */
const SHORTEST_KOREAN = 2

const endsInConsonant = (word: string): boolean => (word.charCodeAt(word.length - 1) - FIRST_SYLLABLE) % FINALS !== 0

const withoutParticle = (word: string): string => {
  for (const particles of [AFTER_CONSONANT, AFTER_VOWEL, AFTER_ANY]) {
    for (const particle of particles) {
      const rest = word.slice(0, -particle.length)
      if (rest === '' || !word.endsWith(particle)) continue
      if (particles === AFTER_CONSONANT && !endsInConsonant(rest)) continue
      if (particles === AFTER_VOWEL && endsInConsonant(rest)) continue
      if (particles === AFTER_ANY && particle.length === 1 && rest.length < SHORTEST_KOREAN) continue
      return rest
    }
  }
  return word
}

const PARTICLES: ReadonlySet<string> = new Set([...AFTER_CONSONANT, ...AFTER_VOWEL, ...AFTER_ANY])

/** Whether a piece after a word of another script is a particle: Netflix는. */
export const isKoreanParticle = (word: string): boolean => PARTICLES.has(word)

/** A Korean word without its particles; verbs and compounds also by their first two syllables. */
export const koreanForm = (word: string): Form => {
  let stem = word
  for (let n = 0; n < MOST_PARTICLES; n++) {
    const rest = withoutParticle(stem)
    if (rest === stem) break
    stem = rest
  }
  return form(stem, stem.length > 2 ? [stem.slice(0, 2)] : [])
}
