/** Moves, counts and erases the vectors of one person. */
import { scopeOfPerson } from '../messages/scope.ts'
import type { ErasureBounds, PersonalData } from '../people/personal-data.ts'
import { itemOfMessage } from './item-id.ts'
import type { VectorStore } from './vector-store.ts'

/** Ids of the vectors that an erasure leaves in place. */
const staying = ({ memories = [], spared = [] }: ErasureBounds = {}): readonly string[] => [
  ...memories,
  ...spared.map(itemOfMessage),
]

/** @param reassigned called after vectors moved from one person to another: the indexes have to follow */
export const createPersonalVectors = (
  vectors: Pick<VectorStore, 'deleteScope' | 'countOfScope' | 'rescope'>,
  reassigned: () => void,
): PersonalData => ({
  name: 'vectors',
  tables: ['vectors', 'embeddings', 'allocations'],
  // Numbers mean nothing to a person; the stores of the texts export those.
  export: async function* () {},
  erase: async (person_id, bounds) => await vectors.deleteScope(scopeOfPerson(person_id), staying(bounds)),
  count: async (person_id, bounds) => await vectors.countOfScope(scopeOfPerson(person_id), staying(bounds)),
  reassign: async (from, to) => {
    if (from === to) return
    await vectors.rescope(scopeOfPerson(from), scopeOfPerson(to))
    reassigned()
  },
})
