import { editDistance } from '../platform/edit-distance.ts'

/** The word of `known` that was most likely meant by `word`; `undefined` when none is near (a third of its letters). */
export const nearMiss = (word: string, known: readonly string[]): string | undefined => {
  const best = known
    .map(each => ({ each, edits: editDistance(word.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)[0]
  if (best === undefined) return undefined
  return best.edits <= Math.max(1, Math.floor(Math.max(word.length, best.each.length) / 3)) ? best.each : undefined
}
