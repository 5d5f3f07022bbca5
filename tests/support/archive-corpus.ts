/** Generates archives that look like real ones: two languages, Zipf words, sessions, bursts; the same for the same seed. */
import { LEVELS, type SourceMessage } from '../../src/archive/archive-message.ts'
import { lexiconWords } from '../../src/text/lexicons/lexicon.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { randomNumbers } from './random-numbers.ts'

const ENGLISH_ROOTS = 14_000
const HEBREW_ROOTS = 7000
const ENGLISH_ENDINGS = ['', '', '', 's', 'ed', 'ing', 'er', 'ation', 'able', 'ly']
const ENGLISH_ONSETS = 'b c d f g h l m n p r s t v w br cl cr dr fl gr pl pr st str tr sh ch th'.split(' ')
const ENGLISH_VOWELS = 'a e i o u ea ai oo ou'.split(' ')
const ENGLISH_CODAS = 'n r l t s m ck nd rt st mp ng x d p'.split(' ')
const HEBREW_LETTERS = Array.from('אבגדהוזחטיכלמנסעפצקרשת')
const HEBREW_JOINED = ['', '', '', 'ה', 'ו', 'ב', 'ל', 'מ', 'ש']
const HEBREW_ENDINGS = ['', '', '', 'ים', 'ות', 'ה', 'ת', 'י']

/** Words of one language: those without a subject first, then made-up ones, by falling frequency. */
export interface Vocabulary {
  readonly words: readonly string[]
  /** A word, as often as Zipf says. */
  readonly pick: () => string
}

const pickOf = <T>(random: () => number, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T

const zipf = (random: () => number, words: readonly string[]): Vocabulary => {
  const sums = new Float64Array(words.length)
  let sum = 0
  for (let rank = 0; rank < words.length; rank++) {
    sum += 1 / (rank + 2.7) ** 1.03
    sums[rank] = sum
  }
  const pick = (): string => {
    const wanted = random() * sum
    let low = 0
    let high = words.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sums[middle] ?? 0) < wanted) low = middle + 1
      else high = middle
    }
    return words[low] ?? ''
  }
  return { words, pick }
}

const englishRoot = (random: () => number): string =>
  Array.from(
    { length: 1 + Math.floor(random() * 2.4) },
    () => pickOf(random, ENGLISH_ONSETS) + pickOf(random, ENGLISH_VOWELS),
  ).join('') + pickOf(random, ENGLISH_CODAS)

const hebrewRoot = (random: () => number): string =>
  Array.from({ length: 3 + Math.floor(random() * 2) }, () => pickOf(random, HEBREW_LETTERS)).join('')

const english = (random: () => number): Vocabulary => {
  const stops = lexiconWords('stop-words').filter(each => /^[a-z]+$/.test(each))
  const roots = [...new Set(Array.from({ length: ENGLISH_ROOTS }, () => englishRoot(random)))]
  const forms = roots.flatMap(root => [
    ...new Set(ENGLISH_ENDINGS.slice(0, 4).map(() => root + pickOf(random, ENGLISH_ENDINGS))),
  ])
  return zipf(random, ['the', ...stops.slice(0, 60).filter(each => each !== 'the'), ...forms])
}

const hebrew = (random: () => number): Vocabulary => {
  const stops = lexiconWords('stop-words').filter(each => /^[א-ת]+$/.test(each))
  const roots = [...new Set(Array.from({ length: HEBREW_ROOTS }, () => hebrewRoot(random)))]
  const forms = roots.flatMap(root => [
    root,
    pickOf(random, HEBREW_JOINED) + root,
    root + pickOf(random, HEBREW_ENDINGS),
    pickOf(random, HEBREW_JOINED) + root + pickOf(random, HEBREW_ENDINGS),
  ])
  return zipf(random, [...stops.slice(0, 40), ...new Set(forms)])
}

const COMPONENTS = 'LSP Hooks Permission Stream Metrics Session Memory Budget Cache Queue Router Parser'.split(' ')
const SENDERS = 'Dana Noa Yossi Amit Miriam Tom Ella Omar Lea Karl'.split(' ')
const FIRST_DAY = Date.UTC(2024, 0, 1)
const PROJECTS = 40

export interface Corpus {
  readonly english: Vocabulary
  readonly hebrew: Vocabulary
  /** The messages, in their order: call it once. */
  readonly messages: () => Generator<SourceMessage, void>
}

/** About 35 words a message: log-normal lengths, sessions of 5 to 400 messages in bursts, a third of them in Hebrew. */
export const archiveCorpus = (count: number, seed = 12): Corpus => {
  const random = randomNumbers(seed)
  const languages = [english(random), hebrew(random)] as const
  return { english: languages[0], hebrew: languages[1], messages: () => messagesOf(count, random, languages) }
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

function* messagesOf(
  count: number,
  random: () => number,
  [first, second]: readonly [Vocabulary, Vocabulary],
): Generator<SourceMessage, void> {
  const step = (730 * DAY_MS) / count
  let session = 0
  let left = 0
  let at = FIRST_DAY
  let project = ''
  let language = first
  for (let made = 0; made < count; made++) {
    if (left === 0) {
      session++
      left = 5 + Math.floor(400 * random() ** 4)
      project = `/home/dev/project-${String(Math.floor(PROJECTS * random() ** 2))}`
      language = random() < 1 / 3 ? second : first
      at = Math.max(at, FIRST_DAY + made * step)
    }
    left--
    at += random() < 0.8 ? random() * 5 * SECOND_MS : random() * 10 * MINUTE_MS * Math.min(1, step / SECOND_MS)
    const logged = random() < 0.5
    const level = logged ? (LEVELS[Math.min(5, Math.floor(1 + 5 * random() ** 3))] ?? 'DEBUG') : undefined
    yield {
      content: textOf(random, language),
      role: logged ? 'system' : random() < 0.5 ? 'user' : 'assistant',
      at: Math.floor(at),
      project,
      session: `session-${String(session)}`,
      source_type: logged ? 'debug' : 'projects',
      ...(logged ? { component: pickOf(random, COMPONENTS) } : { sender_name: pickOf(random, SENDERS) }),
      level,
    }
  }
}

const textOf = (random: () => number, language: Vocabulary): string => {
  const length = Math.max(1, Math.min(2000, Math.round(Math.exp(3.2 + 0.8 * normal(random)))))
  const words: string[] = []
  for (let at = 0; at < length; at++) {
    if (random() < 0.015) words.push(String(Math.floor(random() * 10_000)))
    else words.push(language.pick() + (random() < 0.1 ? (random() < 0.5 ? ',' : '.') : ''))
  }
  return words.join(' ')
}
