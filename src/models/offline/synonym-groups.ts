/** Finds the synonym groups of a word, which let the offline embedder match "lives in" with "address". */
import { once } from '../../platform/once.ts'
import { wordsOf } from '../../text/analyser/analyser.ts'
import { lexiconLines } from '../../text/lexicons/lexicon.ts'

const groupsByWord = once((): ReadonlyMap<string, readonly number[]> => {
  const further = new Map(
    lexiconLines('offline-synonyms').map(line => {
      const [first = '', members = ''] = line.split(': ')
      return [first, members] as const
    }),
  )
  const groups = new Map<string, number[]>()
  for (const [group, line] of lexiconLines('synonyms').entries()) {
    const [first = ''] = line.split(' ', 1)
    const members = wordsOf(`${line} ${further.get(first) ?? ''}`).map(({ main }) => main)
    for (const word of new Set(members)) groups.set(word, [...(groups.get(word) ?? []), group])
  }
  return groups
})

/** Numbers of the synonym groups of a stem. */
export const synonymGroupsOf = (stemmed: string): readonly number[] => groupsByWord().get(stemmed) ?? []
