/** How common words are in everyday conversation, by stem, so that a rare word counts more in a search. */
import { once } from '../platform/once.ts'
import { wordsOf } from './analyser/analyser.ts'
import { lexiconWords } from './lexicons/lexicon.ts'

/** Share of all messages that contain a given word, by how common the word is. */
const EVERYDAY_SHARE = 1 / 60
const COMMON_SHARE = 1 / 400
const RARE_SHARE = 1 / 5000

const shares = once((): ReadonlyMap<string, number> => {
  const byStem = new Map<string, number>()
  // A stem on both lists counts as an everyday word, so these come last.
  for (const [list, share] of [
    ['common-words', COMMON_SHARE],
    ['everyday-words', EVERYDAY_SHARE],
  ] as const) {
    for (const { main } of wordsOf(lexiconWords(list).join('\n'))) byStem.set(main, share)
  }
  return byStem
})

/** Expected share of messages, by anyone and about anything, that contain a word with this stem. */
export const shareOf = (stemmed: string): number => shares().get(stemmed) ?? RARE_SHARE

/** Whether a stem is common in conversations about anything. */
export const isCommon = (stemmed: string): boolean => shares().has(stemmed)

/** Whether a stem belongs to the few that occur in almost any conversation. */
export const isEveryday = (stemmed: string): boolean => shares().get(stemmed) === EVERYDAY_SHARE
