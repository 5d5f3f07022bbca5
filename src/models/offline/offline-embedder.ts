/** An embedder without a model, for the demo and for tests. */
import type { TokenCounter } from '../../text/tokens.ts'
import type { Embedder } from '../embedder.ts'
import { toUnitLength } from '../vectors.ts'
import { synonymGroupsOf } from './synonym-groups.ts'
import { weighedStems } from './weighed-stems.ts'

export const OFFLINE_DIMENSIONS = 512
/**
 * Similarity from which a memory is relevant to a question. Measured on the questions and summaries of
 * `tests/support/offline-pairs.ts`: 98 % of the matching pairs reach it, and 3 % of the others.
 */
export const OFFLINE_MIN_SIMILARITY = 0.1
const MODEL = 'offline-lexical-2'

/** How many places of the vector one feature changes: several, so that two features rarely collide in all of them. */
const PLACES = 6
/** How the squared weight of a word is divided among its stem, synonym groups and letter triples. */
const STEM_SHARE = 0.55
const GROUP_SHARE = 0.35
const GRAM_SHARE = 0.1
const GRAM_LETTERS = 3

/**
 * An embedder without a model. Subject words are stemmed and hashed into 512 places, together with their synonym groups
 * and their letter triples. Repeated words count sublinearly, common ones less. Texts that share words, or forms of
 * them, are similar; texts that say the same in other words are not. Deterministic, no network. Source of the hashing:
 * Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009.
 */
export const createOfflineEmbedder = (tokens: TokenCounter): Embedder => ({
  provider: 'offline',
  model: MODEL,
  space: MODEL,
  embed: async (texts, call) => {
    call.signal?.throwIfAborted()
    return {
      vectors: texts.map(embedText),
      input_tokens: texts.reduce((total, text) => total + tokens.count(text), 0),
    }
  },
})

const embedText = (text: string): Float32Array => {
  const vector = new Float64Array(OFFLINE_DIMENSIONS)
  const words = new Map<string, { count: number; weight: number }>()
  for (const { stem, weight } of weighedStems(text)) {
    words.set(stem, { count: (words.get(stem)?.count ?? 0) + 1, weight })
  }
  for (const [stem, { count, weight }] of words) addWord(vector, stem, weight * (1 + Math.log(count)))
  const unit = toUnitLength(vector)
  if (unit !== undefined) return unit
  // A text without a single word still needs a direction of its own.
  addFeature(vector, `text:${text}`, 1)
  return toUnitLength(vector) ?? new Float32Array(OFFLINE_DIMENSIONS)
}

const addWord = (vector: Float64Array, stem: string, weight: number): void => {
  const groups = synonymGroupsOf(stem)
  const grams = gramsOf(stem)
  const stemShare = STEM_SHARE + (groups.length === 0 ? GROUP_SHARE : 0)
  addFeature(vector, `stem:${stem}`, weight * Math.sqrt(stemShare))
  for (const group of groups) {
    addFeature(vector, `group:${String(group)}`, weight * Math.sqrt(GROUP_SHARE / groups.length))
  }
  for (const gram of grams) addFeature(vector, `gram:${gram}`, weight * Math.sqrt(GRAM_SHARE / grams.length))
}

const gramsOf = (stem: string): string[] => {
  const marked = `^${stem}$`
  const grams = new Set<string>()
  for (let i = 0; i + GRAM_LETTERS <= marked.length; i++) grams.add(marked.slice(i, i + GRAM_LETTERS))
  return [...grams]
}

const addFeature = (vector: Float64Array, feature: string, weight: number): void => {
  const part = weight / Math.sqrt(PLACES)
  let state = fnv1a(feature)
  for (let i = 0; i < PLACES; i++) {
    state = scramble(state)
    const place = (state >>> 1) % OFFLINE_DIMENSIONS
    vector[place] = (vector[place] ?? 0) + ((state & 1) === 0 ? part : -part)
  }
}

/** 32-bit FNV-1a over UTF-16 units. Source: Fowler, Noll and Vo, draft-eastlake-fnv. */
const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** Next pseudo-random 32 bits. Source: the finaliser of MurmurHash3 (A. Appleby) on a Weyl sequence. */
const scramble = (state: number): number => {
  let mixed = (state + 0x9e3779b9) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
