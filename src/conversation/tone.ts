/**
 * How a person seems to feel, and the resulting instruction to the model about its tone. Never a mood of DeniDin's own.
 */
import type { Logger } from '../platform/logger.ts'
import { ownFeeling } from '../text/own-feeling.ts'
import { valenceOf } from '../text/valence/valence.ts'
import type { RecallCandidates } from './packing/found-texts.ts'

/** A recalled text with its weight. */
export interface Recollection {
  readonly text: string
  readonly score: number
}

/**
 * Recalled texts influence how a message is understood, but less than the message itself: alone they change no answer.
 */
const RECALLED_SHARE = 0.3

/**
 * How the person seems to feel, −1 to 1: the message's own feeling and, with a share of three tenths, the mean valence
 * of the texts recalled with it, weighted by their scores. A sad memory does not spoil a positive message.
 * @param own the feeling of the message, −1 to 1: see `ownFeeling`
 */
export const feltValence = (own: number, recalled: readonly Recollection[]): number => {
  const weight = recalled.reduce((sum, each) => sum + each.score, 0)
  if (weight <= 0) return own
  const remembered = recalled.reduce((sum, each) => sum + each.score * valenceOf(each.text), 0) / weight
  return (1 - RECALLED_SHARE) * own + RECALLED_SHARE * remembered
}

/** Below these values the answer is to be warmer still, whatever the threshold. */
const MODERATE = -0.3
const STRONG = -0.6

/** The sentence for the model, or `undefined` if the valence is not below the threshold. */
export const toneFor = (valence: number, threshold: number): string | undefined => {
  if (valence >= threshold) return undefined
  if (valence < STRONG) {
    return 'The person may be in great distress. If what they write bears that out, begin with sincere sympathy for it, then help, gently and without hurry; do not cheer them up with phrases.'
  }
  if (valence < MODERATE) {
    return 'The person seems upset. If that is so, show in your own words that you understand what troubles them before you answer.'
  }
  return 'The person may be a little down. Answer warmly, with a word of understanding where it fits, and do not dwell on it.'
}

/** The instruction to the model for a message, based on the feeling in it and in the recalled texts. */
export type Tone = (message: string, recalled: RecallCandidates) => string | undefined

/** `valence_threshold`: −1 to 0; messages below it are answered with more sympathy. */
export const createTone = (settings: { readonly valence_threshold: number }, logger: Logger): Tone => {
  const log = logger.for('conversation')
  return (message, { memories, quotes }) => {
    // If the message expresses no feeling of its writer, no memory, however sad, asks for sympathy.
    const own = ownFeeling(message)
    if (own === 0) return undefined
    const recollections = [
      ...memories.map(({ memory, score }) => ({ text: memory.text, score })),
      ...quotes.map(({ text, lexical }) => ({ text, score: lexical })),
    ]
    const valence = feltValence(own, recollections)
    const tone = toneFor(valence, settings.valence_threshold)
    if (tone !== undefined) log.info('An answer with sympathy', { valence: valence.toFixed(2) })
    return tone
  }
}
