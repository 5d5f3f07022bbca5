/** The groups of synonyms that a word belongs to: what lets the offline embedder bring "lives in" near "address". */
import { wordsOf } from '../../text/analyser/analyser.ts'
import { lexiconLines } from '../../text/lexicons/lexicon.ts'

const FURTHER_MEMBERS = new Map(
  lexiconLines('offline-synonyms').map(line => {
    const [first = '', members = ''] = line.split(': ')
    return [first, members] as const
  }),
)

const groupsOf = new Map<string, number[]>()
for (const [group, line] of lexiconLines('synonyms').entries()) {
  const [first = ''] = line.split(' ', 1)
  const members = wordsOf(`${line} ${FURTHER_MEMBERS.get(first) ?? ''}`).map(({ main }) => main)
  for (const word of new Set(members)) groupsOf.set(word, [...(groupsOf.get(word) ?? []), group])
}

/** Numbers of the groups of synonyms that a stem belongs to. */
export const synonymGroupsOf = (stemmed: string): readonly number[] => groupsOf.get(stemmed) ?? []
