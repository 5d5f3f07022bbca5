/** Finds out which filters of a search without results are to blame: those that no message passes. */
import type { ArchiveFilters, ArchiveQuestion } from '../../archive/archive-search.ts'
import type { Uses } from '../context.ts'

/** Filters whose values can be misspelt, and of which nothing says what there is. */
const NAMED = ['project', 'person', 'chat', 'session', 'component'] as const satisfies readonly (keyof ArchiveFilters)[]

/** The filters that leave no message even alone, among those that the caller may read. */
export const filtersWithoutMessages = async (
  search: Uses<'archive.search'>['archive']['search'],
  { filters, ...question }: ArchiveQuestion,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly (typeof NAMED)[number][]> => {
  const unmatched: (typeof NAMED)[number][] = []
  for (const name of NAMED) {
    if (filters[name] === undefined) continue
    const alone = { ...question, query: undefined, filters: { [name]: filters[name] }, limit: 1, facets: false }
    const { messages } = await search.search(alone, { signal })
    if (messages.length === 0) unmatched.push(name)
  }
  return unmatched
}
