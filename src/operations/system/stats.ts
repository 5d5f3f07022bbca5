/** `stats`: a few figures for dashboards, under the names that clients of the REST API rely on. */
import { z } from 'zod'
import { operation } from '../operation.ts'

const count = z.int().min(0)

export const stats = operation({
  summary: 'Count memories, vectors, messages and sessions, and name the model that answers',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['instance.version', 'memory.facts', 'memory.maintenance', 'sessions.browser', 'analysis.models'],
  input: z.strictObject({}),
  output: z.object({
    total_experiences: count.describe('memories'),
    total_vectors: count.describe('embeddings in use, of memories and of messages'),
    llm_model: z.string().describe('the model that is asked first'),
    llm_enabled: z.boolean().describe('whether it is a model, rather than the built-in offline replies'),
    active_sessions: count,
    people_with_memories: count.describe('people and groups'),
    version: z.string(),
  }),
  run: async ({ instance, memory, sessions, analysis }) => {
    const { memories, scopes } = await memory.facts.stats()
    const { spaces } = await memory.maintenance.stats()
    const { active } = await sessions.browser.counts()
    const [first] = analysis.models
    return {
      total_experiences: memories,
      total_vectors: spaces.filter(({ use }) => use === 'present').reduce((sum, { vectors }) => sum + vectors, 0),
      llm_model: first?.model ?? 'offline',
      llm_enabled: first !== undefined && first.provider !== 'offline',
      active_sessions: active,
      people_with_memories: scopes,
      version: instance.version,
    }
  },
})
