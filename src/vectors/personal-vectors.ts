/** Moves, counts and erases the vectors of one person. */
import { scopeOfPerson } from '../messages/scope.ts'
import type { PersonalData } from '../people/personal-data.ts'
import type { VectorStore } from './vector-store.ts'

/** @param reassigned called after vectors moved from one person to another: the indexes have to follow */
export const createPersonalVectors = (
  vectors: Pick<VectorStore, 'deleteScope' | 'countOfScope' | 'rescope'>,
  reassigned: () => void,
): PersonalData => ({
  name: 'vectors',
  tables: ['vectors', 'embeddings', 'allocations'],
  // Numbers mean nothing to a person: the texts behind them are exported by their own stores.
  export: async function* () {},
  erase: async person_id => await vectors.deleteScope(scopeOfPerson(person_id)),
  count: async person_id => await vectors.countOfScope(scopeOfPerson(person_id)),
  reassign: async (from, to) => {
    if (from === to) return
    await vectors.rescope(scopeOfPerson(from), scopeOfPerson(to))
    reassigned()
  },
})
