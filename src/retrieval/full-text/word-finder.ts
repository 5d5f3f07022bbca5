/** Finds the words of a question in a scope: in any of their forms, split in two, or misspelt. */
import { closestSpelling, mayBeMisspelt, SURE_LETTERS } from '../../text/spelling.ts'
import { stem } from '../../text/stem.ts'
import type { Postings, ScopeReader } from './full-text-index.ts'
import type { RecallQuery } from './query-parser.ts'

/** A word of the question, as messages contain it. */
export interface FoundWord {
  /** The stems under which it was found. */
  readonly forms: readonly string[]
  readonly postings: Postings
  /** 1, or less if the word was only guessed. */
  readonly weight: number
}

/** How many stems a word is compared with. */
const MOST_COMPARED = 3000
/** How many unknown words are looked up in another spelling. */
const MOST_UNKNOWN = 4
const GUESSED_WEIGHT = 0.7

/** The words of a question that messages of a scope contain, by their stem. */
export const findWords = async (
  reader: ScopeReader,
  { asked, also }: Pick<RecallQuery, 'asked' | 'also'>,
): Promise<ReadonlyMap<string, FoundWord>> => {
  const formsOf = (word: string): readonly string[] => [word, ...(also.get(word) ?? [])]
  const known = await reader.postings([...new Set(asked.flatMap(formsOf))])
  const found = new Map<string, FoundWord>()
  let unknown = 0
  for (const word of asked) {
    const forms = formsOf(word).filter(each => known.has(each))
    const exact = union(forms.flatMap(each => known.get(each) ?? []))
    const other =
      exact === undefined && (LETTERS.test(word) || CODE.test(word)) && unknown++ < MOST_UNKNOWN
        ? ((await inTwoWords(reader, word)) ?? (await withParticle(reader, word)) ?? (await misspelt(reader, word)))
        : undefined
    if (exact !== undefined) found.set(word, { forms, postings: exact, weight: 1 })
    else if (other !== undefined) found.set(word, other)
  }
  return found
}

const LETTERS = /^\p{L}+$/u
/** A code that others write as two words: B12, B 12. */
const CODE = /^([a-z]{1,2})(\d{1,8})$/

/** Messages that contain any of several stems. */
const union = (all: readonly Postings[]): Postings | undefined => {
  const [first] = all
  if (first === undefined || all.length === 1) return first
  const counts = new Map<number, number>()
  for (const postings of all) {
    for (const [at, ordinal] of postings.ordinals.entries()) {
      counts.set(ordinal, Math.max(counts.get(ordinal) ?? 0, postings.counts[at] ?? 0))
    }
  }
  return { ordinals: Uint32Array.from(counts.keys()), counts: Uint8Array.from(counts.values()) }
}

const SHORTEST_WHOLE = 4
const LONGEST_WHOLE = 16
const SHORTEST_HALF = 2
/** In how many messages the two halves are looked for side by side. */
const MOST_READ = 100

type Halves = readonly [first: string, second: string]

const cutsOf = (word: string): readonly Halves[] => {
  const [, letters, figures] = CODE.exec(word) ?? []
  if (letters !== undefined && figures !== undefined) return [[letters, figures]]
  if (word.length < SHORTEST_WHOLE || word.length > LONGEST_WHOLE || !/^(?:[a-z]+|[א-ת]+)$/.test(word)) return []
  const cuts = Array.from({ length: word.length - SHORTEST_HALF }, (_, at) => at + 1)
  return cuts.flatMap((at): readonly Halves[] => {
    const [first, rest] = [stem(word.slice(0, at)), word.slice(at)]
    // The stem of a long word has lost an ending that a short word keeps: website, site.
    const seconds = new Set(/[a-z]$/.test(rest) ? [stem(rest), stem(`${rest}e`)] : [stem(rest)])
    return [...seconds].map((second): Halves => [first, second])
  })
}

/** A word that others write as two words: wifi, wi fi. */
export const inTwoWords = async (
  reader: Pick<ScopeReader, 'postings' | 'documents'>,
  word: string,
): Promise<FoundWord | undefined> => {
  const cuts = cutsOf(word)
  if (cuts.length === 0) return undefined
  const known = await reader.postings([...new Set(cuts.flat())])
  for (const [first, second] of cuts) {
    const [one, two] = [known.get(first), known.get(second)]
    if (one === undefined || two === undefined) continue
    const both = new Set(one.ordinals).intersection(new Set(two.ordinals))
    if (both.size === 0) continue
    const documents = await reader.documents([...both].slice(0, MOST_READ))
    const ordinals = documents
      .filter(({ stems }) => stems.some((each, at) => each === first && stems[at + 1] === second))
      .map(({ ordinal }) => ordinal)
    if (ordinals.length === 0) continue
    const postings = { ordinals: Uint32Array.from(ordinals), counts: new Uint8Array(ordinals.length).fill(1) }
    return { forms: [first, second], postings, weight: 1 }
  }
  return undefined
}

/** A verb with its particle, which is not indexed: login, log in. */
const PARTICLE_BEHIND = /^([a-z]{3,})(?:in|out|up|off|down|back|over)$/

const withParticle = async (reader: ScopeReader, word: string): Promise<FoundWord | undefined> => {
  const verb = stem(PARTICLE_BEHIND.exec(word)?.[1] ?? '')
  const postings = verb === '' ? undefined : (await reader.postings([verb])).get(verb)
  return postings === undefined ? undefined : { forms: [verb], postings, weight: GUESSED_WEIGHT }
}

/** The most similar word that a message contains, if it is similar enough. */
const misspelt = async (reader: ScopeReader, word: string): Promise<FoundWord | undefined> => {
  if (!mayBeMisspelt(word)) return undefined
  const written = closestSpelling(word, await reader.stemsFrom(word.slice(0, SURE_LETTERS), MOST_COMPARED))
  if (written === undefined) return undefined
  const postings = (await reader.postings([written])).get(written)
  return postings === undefined ? undefined : { forms: [written], postings, weight: GUESSED_WEIGHT }
}
