/** Offers the memories for embedding: each memory is embedded by its text. */
import type { Scope } from '../messages/scope.ts'
import type { Embeddable, EmbeddingSource } from '../vectors/embedding-source.ts'
import type { MemoryRecord } from './memory.ts'
import type { MemoryStore } from './memory-store.ts'

/** Every memory has a vector of its text. */
export const createMemoryEmbeddingSource = (
  memories: Pick<MemoryStore, 'listAll' | 'scopesOf' | 'get'>,
): EmbeddingSource => ({
  name: 'memories',
  prefix: '',
  growing: false,
  page: async ({ limit, after }) => {
    const found = await memories.listAll({ limit, ...(after === undefined ? {} : { before: after }) })
    return { items: found.map(toEmbeddable), next: found.at(-1)?.memory_id }
  },
  scopesOf: ids => memories.scopesOf(ids),
  textsOf: async items => {
    const byScope = Map.groupBy(items, each => each.scope)
    const texts = new Map<string, string>()
    for (const [scope, members] of byScope) {
      const found = await memories.get(
        scope satisfies Scope,
        members.map(each => each.item_id),
      )
      for (const { memory_id, text } of found) texts.set(memory_id, text)
    }
    return texts
  },
  // The text of a memory never changes; a deleted memory is found by comparing.
  changes: () => Promise.resolve(undefined),
  followed: () => Promise.resolve(),
})

/** A memory has its own id among the vectors. */
export const toEmbeddable = ({ memory_id, scope }: Pick<MemoryRecord, 'memory_id' | 'scope'>): Embeddable => ({
  item_id: memory_id,
  scope,
})
