/** A small thesaurus of everyday English and Hebrew words, by stem. */
import { once } from '../platform/once.ts'
import { wordsOf } from './analyser/analyser.ts'
import { lexiconLines } from './lexicons/lexicon.ts'

const NONE: ReadonlySet<string> = new Set()

const stems = (words: string): readonly string[] => [...new Set(wordsOf(words).map(({ main }) => main))]

const thesaurus = once((): ReadonlyMap<string, ReadonlySet<string>> => {
  const related = new Map<string, Set<string>>()
  const relate = (from: string, to: string): void => {
    if (from === to) return
    const known = related.get(from)
    if (known === undefined) related.set(from, new Set([to]))
    else known.add(to)
  }
  for (const line of lexiconLines('synonyms')) {
    const group = stems(line)
    for (const one of group) for (const other of group) relate(one, other)
  }
  for (const line of lexiconLines('kinds')) {
    const [kinds = '', members = ''] = line.split(':')
    for (const kind of stems(kinds)) for (const member of stems(members)) relate(kind, member)
  }
  return related
})

/** Stems related in meaning to a stem, without the stem itself. */
export const relatedTo = (stemmed: string): ReadonlySet<string> => thesaurus().get(stemmed) ?? NONE
