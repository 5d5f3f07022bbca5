/** Selects the known facts that a model is shown before it extracts new ones. */
import type { MemoryRecord } from '../../memory/memory.ts'
import { BackgroundSlices } from '../../platform/urgent-work.ts'
import { subjectsOf } from '../../text/content-stems.ts'

/**
 * At most `limit` memories: those that share most subject words with the texts first, where rare words weigh more, then
 * the others in order.
 */
export const nearestFacts = async (
  memories: readonly MemoryRecord[],
  texts: readonly string[],
  limit: number,
): Promise<readonly MemoryRecord[]> => {
  const slices = new BackgroundSlices()
  const subjects: { readonly memory: MemoryRecord; readonly words: readonly string[] }[] = []
  const counts = new Map<string, number>()
  for (const memory of memories) {
    const words = [...subjectsOf(memory.text)]
    subjects.push({ memory, words })
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
    await slices.pause()
  }
  const asked = new Set<string>()
  for (const text of texts) {
    for (const word of subjectsOf(text)) asked.add(word)
    await slices.pause()
  }
  const weightOf = (word: string): number => Math.log(1 + memories.length / (counts.get(word) ?? 1))
  return subjects
    .map(({ memory, words }) => ({
      memory,
      weight: words.filter(word => asked.has(word)).reduce((sum, word) => sum + weightOf(word), 0),
    }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, limit)
    .map(({ memory }) => memory)
}
