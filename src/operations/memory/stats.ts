/** `memory.stats`: counts of memories and vectors, and the state of the index. */
import { z } from 'zod'
import { HEALTH_STATES } from '../../platform/health.ts'
import { operation } from '../operation.ts'

const count = z.int().min(0)

export const memoryStats = operation({
  summary: 'Count memories and vectors, and show the state of the index',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['memory.facts', 'memory.maintenance'],
  input: z.strictObject({}),
  output: z.object({
    enabled: z.boolean(),
    memories: count,
    scopes: count.describe('people and groups with memories'),
    pending_embedding: count,
    pending_index: count,
    space: z.string().describe('embedding model whose vectors are in use'),
    min_similarity: z.number(),
    message_vectors: count.describe('messages that have an embedding'),
    pending_messages: count.describe('messages that wait for their embedding'),
    rebuild_left: count.describe('vectors left to index after an interrupted rebuild'),
    spaces: z.array(z.object({ space: z.string(), vectors: count, use: z.enum(['present', 'former', 'unused']) })),
    index_state: z.enum(HEALTH_STATES),
    index_detail: z.string(),
  }),
  run: async ({ memory }) => {
    const { index, ...stats } = await memory.facts.stats()
    const { spaces, ...vectors } = await memory.maintenance.stats()
    return { ...stats, ...vectors, spaces: [...spaces], index_state: index.state, index_detail: index.detail }
  },
})
